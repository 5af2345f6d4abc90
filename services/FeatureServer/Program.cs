using ModelServing.Contracts.Features;
using ModelServing.FeatureServer;
using ModelServing.Hosting;

return await ServiceHost.RunAsync(
    "feature-server",
    static environment => new FeatureServerSettings(environment),
    FeatureServerHost.Add,
    FeatureServerHost.Map);
