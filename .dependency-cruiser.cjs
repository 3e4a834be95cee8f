/**
 * The floors of the house (docs/architecture.md): imports point down only, and each outside library has one home.
 */
const floor = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });
const onlyIn = (library, home) => ({
  name: `only-${home.replaceAll('/', '-')}-imports-${library}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${home})/` },
  to: { path: `node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    floor('protocol-imports-nothing', '^src/protocol/', '^(?!src/protocol/)'),
    floor('domain-sees-protocol', '^src/domain/', '^src/(engines|ingest|gateway|console|cli)/'),
    floor('engines-see-the-domain', '^src/engines/', '^src/(ingest|gateway|console|cli)/'),
    {
      name: 'engines-are-strangers',
      severity: 'error',
      from: { path: '^src/engines/([^/]+)/' },
      to: { path: '^src/engines/([^/]+)/', pathNot: '^src/engines/$1/' },
    },
    {
      name: 'servers-are-strangers',
      severity: 'error',
      from: { path: '^src/(ingest|gateway|console)/' },
      to: { path: '^src/(ingest|gateway|console)/', pathNot: '^src/$1/' },
    },
    floor('servers-see-ports-only', '^src/(ingest|gateway|console)/', '^src/(engines|cli)/'),
    floor('sdk-sees-the-protocol-only', '^client-sdk/src/(?!react/)', '^(?!client-sdk/src/|src/protocol/)'),
    floor(
      'sdk-for-react-sees-react-too',
      '^client-sdk/src/react/',
      '^(?!client-sdk/src/|src/protocol/|node_modules/(@types/)?react/)',
    ),
    floor('sdk-stands-without-react', '^client-sdk/src/(?!react[./])', '^client-sdk/src/react[./]'),
    floor('service-never-sees-the-sdk', '^src/', '^client-sdk/'),
    onlyIn('ioredis', 'engines/redis'),
    onlyIn('lmdb', 'engines/embedded'),
    onlyIn('ws', 'gateway|cli'),
    onlyIn('express', 'ingest|gateway|console|cli'),
    onlyIn('commander', 'cli'),
    onlyIn('luxon', 'domain'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node'],
    },
  },
};
