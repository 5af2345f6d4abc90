using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Functions;
using ModelServing.Infra.Gateway;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Workloads;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using Pulumi;

namespace ModelServing.Stacks.Composition;

/// <summary>The functions beside the cluster, and the gateway in front of it.</summary>
internal static class ServingSetup
{
    internal static FunctionsComponent Functions(StackContext context, Foundation foundation)
    {
        var cloud = context.Cloud;
        return new FunctionsComponent("functions", new FunctionsArgs
        {
            Names = context.Names,
            CompartmentId = cloud.Compartment,
            Placement = foundation.Network.Functions,
            Repository = foundation.Images.Repositories[ImageNames.Functions],
            ImageDigest = cloud.Images.Functions!,
            IsArm = cloud.Cluster.Nodes.AreArm,
            Settings = Output.Tuple(foundation.Journal.Location, CacheOf(foundation), foundation.Artifacts)
                .Apply(locations => new FunctionsHostSettings
                {
                    LogFormat = LogFormat.Json,
                    Environment = context.Names.Environment,
                    Journal = locations.Item1,
                    Cache = locations.Item2,
                    Registry = locations.Item3,
                    Monitoring = HostSources.Monitoring(cloud.Compartment),
                    DryRun = cloud.Functions.DryRun,
                    Oci = new OciSettings { Identity = OciIdentity.ResourcePrincipal, Region = cloud.Region },
                }),
            MemoryMbs = cloud.Functions.MemoryInMbs,
            Timeout = cloud.Functions.Timeout,
            LoaderMemoryMbs = cloud.Functions.LoaderMemoryInMbs,
            LoaderTimeout = cloud.Functions.LoaderTimeout,
            ProvisionedConcurrency = cloud.Functions.ProvisionedConcurrency,
            LogRetentionDays = cloud.Functions.LogDays,
            BucketName = foundation.Store.BucketName,
        }, context.InRegion());
    }

    internal static PublishedChecks Checks(
        StackContext context, StackFile file, Foundation foundation, FunctionsComponent functions, IReadOnlyList<Resource> after) =>
        new("checks", new PublishedChecksArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            ModelLoaderId = functions.ModelLoader.Id,
            Namespace = foundation.Store.Namespace,
            BucketName = foundation.Store.BucketName,
            Versions = [.. file.NamedVersions().Select(static named => (named.Model, named.Version)).Distinct()],
            After = after,
        }, context.InRegion());

    // A function has no Secret to read the password from: its configuration is all that it gets.
    private static Output<CacheSettings> CacheOf(Foundation foundation) => foundation.Cache.Password is { } password
        ? Output.Tuple(foundation.Cache.Settings, password.Text).Apply(static cache => cache.Item1 with { Password = cache.Item2 })
        : foundation.Cache.Settings;

    /// <summary>Creates the gateway. Whether it leads to TrafficSplitter is all that <c>splitting</c> decides: the rest of that mode exists
    /// with the function, so a change of the mode changes routes only.</summary>
    internal static GatewayComponent Gateway(
        StackContext context,
        Foundation foundation,
        WorkloadsComponent workloads,
        (SplitterComponent Function, SplitterPolicy Right)? splitter)
    {
        var gateway = context.Cloud.Gateway!;
        return new GatewayComponent("gateway", new GatewayArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            Placement = foundation.Network.Gateway,
            RouterAddress = workloads.RouterAddress,
            RouterPort = HostPorts.LoadBalancer,
            RouterAdminPort = context.AdminPort,
            SplitterId = context.Settings.Splitting == SplittingMode.Function && splitter is { Function.Function.Id: var id }
                ? (Input<string>)id
                : null,
            After = [workloads, .. splitter is { } made ? (Resource[])[made.Function, made.Right] : []],
            FeatureServerAddress = workloads.FeatureServerAddress is { } features ? (Input<string>)features : null,
            LongestDeadline = context.LongestDeadline,
            Tokens = new GatewayTokens { KeysUri = gateway.KeysUri, Issuers = gateway.Issuers, Audiences = gateway.Audiences },
            Domain = gateway.Domain is { } domain ? (domain.Name, domain.Certificate) : null,
            RequestsPerSecond = gateway.RequestsPerSecond,
            CorsOrigins = gateway.AllowedOrigins,
            LogRetentionDays = gateway.LogDays,
            DataProtection = context.Cloud.DataProtection,
        }, context.InRegion());
    }
}
