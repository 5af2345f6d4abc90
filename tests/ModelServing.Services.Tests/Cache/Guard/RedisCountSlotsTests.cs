namespace ModelServing.Services.Tests.Cache.Guard;

/// <summary>Slots on redis-server.</summary>
public sealed class RedisCountSlotsTests() : CountSlotsTests(TestedRedis.StartAsync);
