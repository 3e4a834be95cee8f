/** Writes the bundles of the client into a folder. @default client-sdk/dist */
export declare function bundleClient(outDir?: string): Promise<void>;
