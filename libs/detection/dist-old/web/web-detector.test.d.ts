export {};
//# sourceMappingURL=web-detector.test.d.ts.map