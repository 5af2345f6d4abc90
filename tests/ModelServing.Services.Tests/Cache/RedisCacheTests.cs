namespace ModelServing.Services.Tests.Cache;

/// <summary>What routers tell each other, over redis-server.</summary>
public sealed class RedisCacheTests() : CacheTests(TestedRedis.StartAsync);
