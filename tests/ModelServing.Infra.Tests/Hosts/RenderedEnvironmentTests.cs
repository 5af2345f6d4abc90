using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Hosts;

[Collection(nameof(OneAtATime))]
public class RenderedEnvironmentTests
{
    // Read by a library, not by our code.
    private static readonly string[] OfLibraries = [OciSettings.SdkRegionVariable];

    [Fact]
    public async Task A_host_reads_each_rendered_variable_and_writes_the_same_ones_back()
    {
        var pods = RenderedHost.From(await SomeStack.RunAsync(SomeStack.File(
            "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, keepWarm: [3] }, churn: { stable: { version: 4 } }",
            more: $"{SomeStack.Features}\n  {SomeStack.Splitter}")));
        Assert.Equal(["churn-v4", "feature-server", "fraud-v1", "fraud-v2", "fraud-v3", "router"], pods.Select(pod => pod.Name));
        foreach (var pod in pods)
        {
            var read = new HashSet<string>(StringComparer.Ordinal);
            var environment = new HostEnvironment(name =>
            {
                read.Add(name);
                return pod.Environment.GetValueOrDefault(name);
            });
            HostSettings settings = pod.Host switch
            {
                ClusterNames.Router => new RouterSettings(environment),
                ClusterNames.Inference => new InferenceSettings(environment),
                ClusterNames.FeatureServer => new FeatureServerSettings(environment),
                _ => throw new NotSupportedException($"{pod.Name} runs '{pod.Host}', which this test does not know"),
            };
            Assert.Empty(pod.Environment.Keys.Except(read).Except(OfLibraries));
            Assert.Equal(pod.Environment, settings.ToEnvironment().ToImmutableSortedDictionary(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_router_looks_for_versions_at_their_rendered_Services()
    {
        var run = await SomeStack.OfModelsAsync(SomeStack.Canary);
        var pods = RenderedHost.From(run);
        var endpoints =
            pods.Single(pod => pod.Host == ClusterNames.Router).Environment[HostEnvironment.NameOf(nameof(RouterSettings.Endpoints))];
        foreach (var pod in pods.Where(pod => pod.Host == ClusterNames.Inference))
        {
            var service = run.Single("kubernetes:core/v1:Service", pod.Name).Inputs;
            var settings = new InferenceSettings(new HostEnvironment(pod.Environment.GetValueOrDefault));
            Assert.Equal(
                $"dns:{service.Map("metadata")["name"]}.{service.Map("metadata")["namespace"]}.svc:{pod.Port}",
                endpoints.Replace(HostSources.ModelPlaceholder, settings.Model!.Text, StringComparison.Ordinal)
                    .Replace(HostSources.VersionPlaceholder, settings.Version.ToString(), StringComparison.Ordinal));
            Assert.Equal(
                service.Map("spec", "selector").OrderBy(pair => pair.Key, StringComparer.Ordinal),
                run.Single("kubernetes:apps/v1:Deployment", pod.Name).Inputs.Map("spec", "template", "metadata", "labels")
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal));
        }
    }
}
