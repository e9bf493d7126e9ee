export {};
//# sourceMappingURL=fusion.properties.test.d.ts.map