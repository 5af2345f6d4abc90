using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The sizes that OCI offers for a function and for the containers that it keeps ready.</summary>
internal static class FunctionSizeRules
{
    /// <summary>Checks both. A wrong memory is the only fault that is reported, because the other rule depends on it.</summary>
    /// <param name="prefix">The path of the settings, with the last point.</param>
    /// <param name="memoryInMbs">The function's memory.</param>
    /// <param name="provisioned">How many of its containers are kept ready.</param>
    internal static IEnumerable<SettingsFault> Check(string prefix, int memoryInMbs, int provisioned)
    {
        foreach (var fault in CheckMemory($"{prefix}memoryInMbs", memoryInMbs))
        {
            yield return fault;
            yield break;
        }

        var step = FunctionStackSettings.ProvisionedStep(memoryInMbs);
        if (provisioned % step != 0)
        {
            yield return new(
                $"{prefix}provisionedConcurrency",
                $"{provisioned} is not a multiple of {step}, the number that OCI keeps ready at a time with {memoryInMbs} MB",
                null);
        }
    }

    internal static IEnumerable<SettingsFault> CheckMemory(string path, int memoryInMbs)
    {
        if (!FunctionStackSettings.MemorySizes.Contains(memoryInMbs))
            yield return new(path, $"{memoryInMbs} is not one of {string.Join(", ", FunctionStackSettings.MemorySizes)}", null);
    }
}
