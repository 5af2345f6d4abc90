namespace ModelServing.Services.Tests.Cache.Reports;

/// <summary>What processes report of each minute, over redis-server.</summary>
public sealed class RedisMinuteReportsTests() : MinuteReportsTests(TestedRedis.StartAsync);
