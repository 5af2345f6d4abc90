using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>The online store on Garnet in this process.</summary>
public sealed class GarnetViewFollowerTests() : ViewFollowerTests(TestedGarnet.StartAsync);
