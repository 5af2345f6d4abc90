namespace ModelServing.Services.Tests.Cache;

/// <summary>Counts and channels on redis-server.</summary>
public sealed class RedisCacheTests() : CacheTests(TestedRedis.StartAsync);
