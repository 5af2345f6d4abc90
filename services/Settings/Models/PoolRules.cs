using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The rules of pools. Paths are relative to the namespace.</summary>
internal static class PoolRules
{
    internal static IEnumerable<SettingsFault> Check(StackSettings settings)
    {
        foreach (var (name, model) in settings.Models)
        {
            var pods = model.Pods;
            if (pods.Pool is not { } pool)
                continue;
            var path = $"models.{name}.pods";
            if (!settings.Pools.Keys.Any(known => known.Text == pool))
            {
                yield return Fault(
                    $"{path}.pool",
                    $"there is no pool '{pool}'; {(settings.Pools.Count == 0
                        ? $"add it: pools: {{ {pool}: {{}} }}"
                        : $"the pools are {string.Join(", ", settings.Pools.Keys.Select(static known => known.Text))}")}");
            }

            foreach (var key in OwnKeysOf(pods))
                yield return Fault($"{path}.{key}", $"the pods of a pool serve several models; set this at pools.{pool}.{key}");
        }
    }

    private static IEnumerable<string> OwnKeysOf(ModelPodSettings pods)
    {
        if (pods.Min is not null)
            yield return "min";
        if (pods.Max is not null)
            yield return "max";
        if (pods.Cpu is not null)
            yield return "cpu";
        if (pods.Memory is not null)
            yield return "memory";
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
