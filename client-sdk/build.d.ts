/** Writes index.js, news-ticker.js and newsline.js into a folder. @default client-sdk/dist */
export declare function bundleClient(outDir?: string): Promise<void>;
