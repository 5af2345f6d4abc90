namespace ModelServing.Services.Tests.Cache.Features;

/// <summary>Values of features on redis-server.</summary>
public sealed class RedisFeatureValuesTests() : FeatureValuesTests(TestedRedis.StartAsync);
