using ModelServing.Services.Tests.Cache;

namespace ModelServing.Services.Tests.OnlineStore;

/// <summary>The online store on a cluster of three redis-servers.</summary>
public sealed class ClusterViewFollowerTests() : ViewFollowerTests(TestedCluster.StartAsync);
