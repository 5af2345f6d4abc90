using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>How many models fit into what carries them. Each limit that the number of models can reach is a fault here, because beyond it
/// something would be left out, or an apply would fail when it has begun. Paths are relative to the namespace.</summary>
internal static class SizeRules
{
    // Of the functions, the routers, the jobs, the services and the autoscaler, with everything that is optional.
    private const int OtherStatements = 65;

    // As in infra/Identity/InferencePolicy.cs.
    private const int PoolReaders = 46;
    private const int PolicyAccounts = 47;

    private const string WayOut = "Move some of them to another environment, which is a stack of its own";

    /// <param name="root">What the settings were read from.</param>
    /// <param name="isForCloud">Whether an environment in the cloud has them.</param>
    internal static IEnumerable<SettingsFault> Check(StackSettings settings, SettingsNode root, bool isForCloud)
    {
        var count = settings.Models.Count;
        if (count > ModelMetricCatalogue.MaxModels)
        {
            yield return Fault(
                $"there are {Text(count)} models; ModelMetrics posts the figures of at most {Text(ModelMetricCatalogue.MaxModels)}, so the "
                + $"others would have no alarms. {WayOut}");
        }

        var plan = PlanMaker.Make(settings.Models);
        var bytes = plan.ToUtf8().Length;
        if (bytes > PlanDocument.MaxBytes)
        {
            yield return Fault(
                $"the plan of these {Text(count)} models has {Text(bytes)} bytes; routers read at most {Text(PlanDocument.MaxBytes)}. "
                + WayOut);
        }

        foreach (var pool in PoolMaker.Make(settings.Models))
        {
            if (pool.ToUtf8().Length is var length and > PoolDocument.MaxBytes)
            {
                yield return new SettingsFault(
                    $"pools.{pool.Name}",
                    $"the document of its {Text(pool.Versions.Count)} versions has {Text(length)} bytes; it may have at most "
                    + $"{Text(PoolDocument.MaxBytes)}. Put some of its models into another pool",
                    null);
            }
        }

        if (!isForCloud)
            yield break;
        if (StatementsFor(settings) is var statements && statements > StatementsIn(root))
        {
            yield return Fault(
                $"these {Text(count)} models need {Text(statements)} policy statements, with those of everything else; policyStatements "
                + $"is {Text(StatementsIn(root))}. Put small models into a pool, which needs one for {Text(PoolReaders)} of them. "
                + $"{WayOut}, in a compartment of its own. Only if the tenancy's limit is not the one that Oracle documents, set "
                + "policyStatements to it");
        }

        if (bytes > PlanObject.MaxBytes && PlanObject.From(plan).Length is var stored and > PlanObject.MaxBytes)
        {
            yield return Fault(
                $"the plan of these {Text(count)} models has {Text(stored)} bytes even if it is compressed; its ConfigMap holds at most "
                + $"{Text(PlanObject.MaxBytes)}. {WayOut}");
        }

        if (bytes > PlanObject.MaxBytes && settings.Splitting == SplittingMode.Function)
        {
            yield return new SettingsFault(
                "splitting",
                $"the plan of these {Text(count)} models has {Text(bytes)} bytes; TrafficSplitter gets at most "
                + $"{Text(PlanObject.MaxBytes)} from the routers. Set it to router. {WayOut}",
                null);
        }

        if (PulumiConfiguration.BytesOf(root) is var configuration and > PulumiConfiguration.MaxBytes)
        {
            yield return Fault(
                $"the settings have {Text(configuration)} bytes as Pulumi hands them to this program, in one variable of the environment; "
                + $"Linux starts no program with more than {Text(PulumiConfiguration.MaxBytes)} in one, so 'pulumi preview' and 'pulumi "
                + $"up' would end with 'argument list too long'. Leave out settings of models that equal the default. {WayOut}");
        }
    }

    /// <summary>The number of policy statements of an environment, at most. Each model with pods of its own has one, and each pool one for
    /// up to 46 of its models. There are three for up to 47 service accounts together, of which each model and each pool has one.</summary>
    internal static int StatementsFor(StackSettings settings)
    {
        int[] pools = [.. settings.Models.Values.Where(static model => model.Pods.Pool is not null)
            .CountBy(static model => model.Pods.Pool!).Select(static pool => pool.Value)];
        var readers = settings.Models.Count - pools.Sum() + pools.Sum(static pool => InParts(pool, PoolReaders));
        return OtherStatements + readers + 3 * InParts(settings.Models.Count + settings.Pools.Count, PolicyAccounts);
    }

    private static int InParts(int count, int most) => (count + most - 1) / most;

    // The settings of the cloud are not always read.
    private static int StatementsIn(SettingsNode root) =>
        root is SettingsNode.Mapping settings && settings["policyStatements"] is SettingsNode.Scalar { Text: var text }
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : CloudSettings.DefaultPolicyStatements;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static SettingsFault Fault(string message) => new("models", message, null);
}
