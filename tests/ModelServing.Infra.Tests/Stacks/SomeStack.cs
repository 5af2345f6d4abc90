using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Yaml;
using ModelServing.Stacks;
using ModelServing.TestKit;
using Pulumi;
using Pulumi.Utilities;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>Fixed settings for tests, and the stack that the program renders from them.</summary>
internal static class SomeStack
{
    internal const string Canary = "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 } }";

    /// <summary>The line of a stack file that serves two versions of a feature view.</summary>
    internal const string Features = "modelserving:features: { views: { card-activity: { versions: [1, 2] } } }";

    /// <summary>The line of a stack file with a pool.</summary>
    internal const string Pool = "modelserving:pools: { small: {} }";

    /// <summary>The line of a stack file with the function TrafficSplitter.</summary>
    internal const string Splitter = $"modelserving:functions: {{ splitter: {{ keySecret: {SplitSecret} }} }}";

    /// <summary>The secret with the key of TrafficSplitter.</summary>
    internal const string SplitSecret = "ocid1.vaultsecret.oc1.eu-frankfurt-1.split";

    /// <summary>What the name of a stack ends with if its gateway leads to TrafficSplitter.</summary>
    internal const string ByFunction = "-function";

    /// <summary>The manifests of every version that the repository's stacks name.</summary>
    internal static readonly string[] Published =
    [
        "models/fraud/1/manifest.json", "models/fraud/2/manifest.json",
        "features/card-activity/v1/definition.json", "features/terminal-risk/v1/definition.json",
    ];

    // Rendering is most of the work of these tests, and no test changes a rendered stack.
    private static readonly ConcurrentDictionary<(string File, bool IsPreview), Task<RenderedStack>> Rendered = [];

    private static readonly ConcurrentDictionary<(string Stack, bool FoundationOnly), Task<RenderedStack>> RenderedOfRepository = [];

    internal static string File(
        string models = Canary,
        string images = "images: { router: {0}, inference: {1}, functions: {2}, jobs: {3}, featureServer: {4} }",
        string more = "",
        string phase = "all",
        string compartment = "ocid1.compartment.oc1..some",
        bool adminApi = false) => $$"""
        config:
          modelserving:models: { {{models}} }
          modelserving:phase: {{phase}}
          modelserving:region: eu-frankfurt-1
          modelserving:tenancy: ocid1.tenancy.oc1..some
          modelserving:compartment: {{compartment}}
          modelserving:cluster: { kubernetesVersion: v1.34.1, nodeImage: ocid1.image.oc1.eu-frankfurt-1.some }
          modelserving:gateway: { keysUri: "https://idcs-some.identity.oraclecloud.com/keys", issuers: ["https://idp.example.com/"], audiences: [some]{{(adminApi ? ", adminApi: true" : "")}} }
          {{(adminApi ? "modelserving:tokens: { roles: { claim: groups, operators: [ops] } }" : "")}}
          modelserving:registry: { user: { secure: v1:x }, token: { secure: v1:y } }
          {{(images.Length > 0 ? "modelserving:" + images.Replace("{0}", Digest('a'), StringComparison.Ordinal).Replace("{1}", Digest('b'), StringComparison.Ordinal).Replace("{2}", Digest('c'), StringComparison.Ordinal).Replace("{3}", Digest('d'), StringComparison.Ordinal).Replace("{4}", Digest('e'), StringComparison.Ordinal) : "")}}
          {{more}}
        """;

    internal static string Digest(char digit) => "sha256:" + new string(digit, 64);

    internal static Task<RenderedStack> RunAsync(string file, SomeCloud? cloud = null, bool isPreview = false) => cloud is null
        ? Rendered.GetOrAdd((file, isPreview), static key => RenderAsync(key.File, new SomeCloud(), key.IsPreview))
        : RenderAsync(file, cloud, isPreview);

    /// <summary>A stack of the repository after an apply, when none of its outputs is unknown.</summary>
    internal static Task<RenderedStack> OfRepositoryAsync(string stack, bool foundationOnly = false, SomeCloud? cloud = null) =>
        cloud is null
            ? RenderedOfRepository.GetOrAdd(
                (stack, foundationOnly),
                static key => RenderOfRepositoryAsync(key.Stack, key.FoundationOnly, new SomeCloud(true, Published)))
            : RenderOfRepositoryAsync(stack, foundationOnly, cloud);

    /// <summary>A stack file of the repository, or with <see cref="ByFunction"/> the same with the other mode of splitting.</summary>
    internal static async Task<string> FileOfRepositoryAsync(string stack)
    {
        var yaml = await System.IO.File.ReadAllTextAsync(
            Repository.Combine($"Pulumi.{stack.Replace(ByFunction, "", StringComparison.Ordinal)}.yaml"));
        return stack.EndsWith(ByFunction, StringComparison.Ordinal) ? WithSplitter(yaml, "function") : yaml;
    }

    /// <summary>A stack file with the function TrafficSplitter, and with a mode of splitting.</summary>
    internal static string WithSplitter(string yaml, string mode = "router")
    {
        var (changed, faults) = StackFile.Change(
            yaml,
            [
                new StackEdit.Set("functions.splitter.keySecret", SplitSecret),
                new StackEdit.Set("maxRequestBytes", "6291456"),
                new StackEdit.Set("splitting", mode),
            ]);
        Assert.Empty(faults);
        return changed!;
    }

    /// <summary>A stack file with everything that is optional, as far as one stack can have it.</summary>
    internal static string Everything => File(more: Features + """

          modelserving:cache: { passwordSecret: ocid1.vaultsecret.oc1.eu-frankfurt-1.cache }
          modelserving:network: { internetEgress: true, flowLogs: { oneIn: 10 } }
          modelserving:regionMetadata: { key: fra }
          modelserving:functions: { splitter: { keySecret: ocid1.vaultsecret.oc1.eu-frankfurt-1.split } }
          modelserving:splitting: function
          modelserving:maxRequestBytes: 6291456
        """).Replace(
            "frankfurt-1.some }",
            "frankfurt-1.some, access: bastion, bastionAllowedCidrs: [198.51.100.7/32], routerNodes: { min: 1 } }",
            StringComparison.Ordinal);

    /// <summary>A stack file with every policy statement that there can be.</summary>
    internal static string WithEveryRight(string models = Canary) => Everything.Replace(Canary, models, StringComparison.Ordinal) + """

          modelserving:kmsKey: ocid1.key.oc1.eu-frankfurt-1.some
          modelserving:replication: { region: eu-amsterdam-1 }
          modelserving:telemetry: { podLogDays: 30 }
        """;

    /// <summary>A stack of the repository, or with "features" the fixed one with everything that is optional, or with "telemetry" one with
    /// feature views and everything that is optional about metrics and logs, or with "pools" one with a model that is in a pool.</summary>
    internal static Task<RenderedStack> NamedAsync(string name) => name switch
    {
        "features" => RunAsync(Everything),
        "telemetry" => RunAsync(File(more: $"{Features}\n  modelserving:telemetry: {{ scrape: true, podLogDays: 60 }}")),
        "pools" => RunAsync(File($"{Canary}, churn: {{ stable: {{ version: 1 }}, pods: {{ pool: small }} }}", more: Pool)),
        _ => OfRepositoryAsync(name),
    };

    internal static Task<RenderedStack> OfModelsAsync(string models) => RunAsync(File(models));

    internal static PlanDocument Plan(this RenderedStack run) =>
        PlanDocument.Parse(System.Text.Encoding.UTF8.GetBytes((string)run.Single(
            "kubernetes:core/v1:ConfigMap",
            ClusterNames.Plan).Inputs.Map("data")[ClusterNames.PlanKey]));

    internal static ClientsDocument Clients(this RenderedStack run) =>
        ClientsDocument.Parse(System.Text.Encoding.UTF8.GetBytes((string)run.Single(
            "kubernetes:core/v1:Secret",
            ClusterNames.Clients).Inputs.Map("stringData")[ClusterNames.ClientsKey]));

    internal static IEnumerable<RenderedResource> OfType(this RenderedStack run, string type) =>
        run.Resources.Where(resource => resource.Type == type);

    internal static RenderedResource Single(this RenderedStack run, string type, string name) =>
        run.OfType(type).Single(resource => resource.Name == name);

    internal static ImmutableDictionary<string, object> Map(this ImmutableDictionary<string, object> map, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
            map = (ImmutableDictionary<string, object>)map[key];
        return map;
    }

    internal static ImmutableArray<object> List(this ImmutableDictionary<string, object> map, string key) =>
        map.TryGetValue(key, out var list) ? (ImmutableArray<object>)list : [];

    /// <summary>The inputs as they go over the wire.</summary>
    internal static JsonObject Json(this RenderedResource resource) => JsonSerializer.SerializeToNode(resource.Inputs)!.AsObject();

    internal static async Task<IReadOnlyList<string>> DependenciesAsync(this RenderedResource resource) =>
        [.. (await OutputUtilities.GetValueAsync(resource.Options.DependsOn.ToOutput()))
            .Select(static other => $"{other.GetResourceType()} {other.GetResourceName()}")];

    /// <summary>Each resource's inputs as text. An update would change the resources whose texts differ, if they leave out what it
    /// ignores.</summary>
    /// <param name="run">The stack.</param>
    /// <param name="all">Whether what an update ignores is there too.</param>
    internal static IReadOnlyDictionary<string, string> Texts(this RenderedStack run, bool all = false) =>
        run.Resources.ToDictionary(
            static resource => $"{resource.Type} {resource.Name}",
            resource => Text(all ? resource.Inputs : resource.Options.IgnoreChanges.Aggregate(resource.Inputs, Without)),
            StringComparer.Ordinal);

    /// <summary>The resources of both whose texts differ.</summary>
    internal static IEnumerable<string> Changed(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        before.Keys.Intersect(after.Keys).Where(key => before[key] != after[key]).Order(StringComparer.Ordinal);

    /// <summary>The settings of a stack file for a run that may query the cloud.</summary>
    internal static StackConfiguration Online(string file) => StackConfiguration.FromFile(file).Online();

    private static Task<RenderedStack> RenderAsync(string file, SomeCloud cloud, bool isPreview) =>
        StackRendering.RunAsync(cloud, StackConfiguration.FromFile(file), "some", isPreview);

    private static async Task<RenderedStack> RenderOfRepositoryAsync(string stack, bool foundationOnly, SomeCloud cloud) =>
        await StackRendering.RunAsync(
            cloud,
            StackConfiguration.FromFile(await FileOfRepositoryAsync(stack), foundationOnly).Online(),
            stack.Replace(ByFunction, "", StringComparison.Ordinal),
            isPreview: false);

    private static ImmutableDictionary<string, object> Without(ImmutableDictionary<string, object> inputs, string path) =>
        path.Split('.', 2) is [var key, var rest] && inputs.TryGetValue(key, out var inner)
            ? inputs.SetItem(key, Without((ImmutableDictionary<string, object>)inner, rest))
            : inputs.Remove(path);

    private static string Text(object? value) => JsonSerializer.Serialize(Sorted(value), Indented);

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static object? Sorted(object? value) => value switch
    {
        ImmutableDictionary<string, object> map =>
            new SortedDictionary<string, object?>(
                map.ToDictionary(static pair => pair.Key, static pair => Sorted(pair.Value)),
                StringComparer.Ordinal),
        ImmutableArray<object> list => list.Select(Sorted).ToList(),
        _ => value,
    };
}
