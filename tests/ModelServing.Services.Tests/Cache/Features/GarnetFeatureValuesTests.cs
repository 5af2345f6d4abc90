namespace ModelServing.Services.Tests.Cache.Features;

/// <summary>Values of features on Garnet in this process.</summary>
public sealed class GarnetFeatureValuesTests() : FeatureValuesTests(TestedGarnet.StartAsync);
