namespace ModelServing.Services.Tests.Cache;

/// <summary>What routers tell each other, over Garnet in this process.</summary>
public sealed class GarnetCacheTests() : CacheTests(TestedGarnet.StartAsync);
