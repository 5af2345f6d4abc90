using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Stacks;
using Pulumi;
using Pulumi.Utilities;
using Made = ModelServing.Stacks.RenderedResource;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>
/// An apply that leads from one rendered stack to another, step by step, as Pulumi may do it: it creates and updates in any order that the
/// dependencies allow, and then deletes in any order in which nothing goes before what depends on it. A Deployment counts as done when its
/// pods are ready. After each step it asks of every version that routers may send requests to which pods its Service leads to.
/// </summary>
internal sealed class SomeApply
{
    private const string Deployment = "kubernetes:apps/v1:Deployment";
    private const string Service = "kubernetes:core/v1:Service";
    private const string ConfigMap = "kubernetes:core/v1:ConfigMap";

    private readonly Dictionary<string, Made> state;
    private readonly SortedSet<string> faults = new(StringComparer.Ordinal);

    private SomeApply(Dictionary<string, Made> state) => this.state = state;

    /// <summary>The requests that would have failed, over many orders of the steps; empty if none would.</summary>
    internal static async Task<IReadOnlyCollection<string>> FaultsAsync(RenderedStack before, RenderedStack after, int orders = 200)
    {
        var (former, latter) = (await ReadAsync(before), await ReadAsync(after));
        var faults = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < orders; seed++)
        {
            var apply = new SomeApply(former.ToDictionary(static each => each.Key, static each => each.Value.Resource));
            apply.Run(former, latter, new Random(seed));
            faults.UnionWith(apply.faults);
        }

        return faults;
    }

    private static async Task<Dictionary<string, (Made Resource, HashSet<string> Needs)>> ReadAsync(RenderedStack stack)
    {
        var result = new Dictionary<string, (Made, HashSet<string>)>(StringComparer.Ordinal);
        foreach (var resource in stack.Resources.Where(static each => each.Type.StartsWith("kubernetes:", StringComparison.Ordinal)))
        {
            var needs = await OutputUtilities.GetValueAsync(resource.Options.DependsOn.ToOutput());
            result[Key(resource)] = (
                resource,
                [.. needs.Select(static each => $"{each.GetResourceType()} {each.GetResourceName()}")]);
        }

        return result;
    }

    private static string Key(Made resource) => $"{resource.Type} {resource.Name}";

    private void Run(
        Dictionary<string, (Made Resource, HashSet<string> Needs)> before,
        Dictionary<string, (Made Resource, HashSet<string> Needs)> after,
        Random random)
    {
        Check("before the apply");
        var open = after.Keys.ToList();
        while (open.Count > 0)
        {
            var next = Pick(open, key => !after[key].Needs.Overlaps(open), random);
            state[next] = after[next].Resource;
            Check($"after {next}");
        }

        var going = before.Keys.Except(after.Keys).ToList();
        while (going.Count > 0)
        {
            var next = Pick(going, key => !going.Any(other => before[other].Needs.Contains(key)), random);
            state.Remove(next);
            Check($"without {next}");
        }
    }

    private static string Pick(List<string> from, Func<string, bool> may, Random random)
    {
        var possible = from.Where(may).ToList();
        Assert.NotEmpty(possible);
        var picked = possible[random.Next(possible.Count)];
        from.Remove(picked);
        return picked;
    }

    private void Check(string when)
    {
        var plan = PlanDocument.Parse(Encoding.UTF8.GetBytes(
            (string)state[$"{ConfigMap} {ClusterNames.Plan}"].Inputs.Map("data")[ClusterNames.PlanKey]));
        foreach (var (model, rollout) in plan.Rollouts)
        {
            foreach (var version in rollout.Versions)
            {
                var name = ClusterNames.Version(model, version);
                if (!state.TryGetValue($"{Service} {name}", out var service))
                {
                    faults.Add($"{name} has no Service {when}");
                    continue;
                }

                var selector = service.Inputs.Map("spec", "selector");
                var selected = state.Values.Where(each => each.Type == Deployment && IsSelected(each, selector)).ToList();
                if (selected.Count == 0)
                    faults.Add($"{name} has no pods {when}");
                foreach (var deployment in selected.Where(each => !VersionsOf(each).Contains(name)))
                    faults.Add($"{name} leads to pods of {deployment.Name} {when}, which do not serve it");
            }
        }
    }

    private static bool IsSelected(Made deployment, ImmutableDictionary<string, object> selector)
    {
        var labels = deployment.Inputs.Map("spec", "template", "metadata", "labels");
        return selector.All(pair => labels.TryGetValue(pair.Key, out var value) && pair.Value.Equals(value));
    }

    // What the host in the pods serves, as its variables say.
    private IEnumerable<string> VersionsOf(Made deployment)
    {
        var pod = deployment.Inputs.Map("spec", "template", "spec");
        var variables = ((ImmutableDictionary<string, object>)pod.List("containers").Single()).List("env")
            .Cast<ImmutableDictionary<string, object>>()
            .Where(static variable => variable.ContainsKey("value"))
            .ToDictionary(static variable => (string)variable["name"], static variable => (string)variable["value"]);
        if (!variables.ContainsKey(HostEnvironment.NameOf(nameof(InferenceSettings.Pool))))
        {
            return variables.TryGetValue(HostEnvironment.NameOf(nameof(InferenceSettings.Model)), out var model)
                ? [$"{model}-v{variables[HostEnvironment.NameOf(nameof(InferenceSettings.Version))]}"]
                : [];
        }

        var map = pod.List("volumes").Cast<ImmutableDictionary<string, object>>().Single(static volume => volume.ContainsKey("configMap"));
        return PoolDocument.Parse(Encoding.UTF8.GetBytes(
            (string)state[$"{ConfigMap} {map.Map("configMap")["name"]}"].Inputs.Map("data")[ClusterNames.ModelPoolKey]))
            .Versions.Select(static version => string.Create(
                CultureInfo.InvariantCulture, $"{version.Model}-v{version.Version}"));
    }
}
