namespace ModelServing.Services.Tests.Cache.Reports;

/// <summary>Minute reports on redis-server.</summary>
public sealed class RedisMinuteReportsTests() : MinuteReportsTests(TestedRedis.StartAsync);
