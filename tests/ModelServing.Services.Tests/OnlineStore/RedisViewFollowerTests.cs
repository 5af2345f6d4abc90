using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>The online store on redis-server.</summary>
public sealed class RedisViewFollowerTests() : ViewFollowerTests(TestedRedis.StartAsync);
