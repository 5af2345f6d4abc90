namespace ModelServing.Services.Tests.Cache;

/// <summary>Counts and channels on Garnet in this process.</summary>
public sealed class GarnetCacheTests() : CacheTests(TestedGarnet.StartAsync);
