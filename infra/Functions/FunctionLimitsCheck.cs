using ModelServing.Contracts.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>Refuses what OCI does not offer for a function.</summary>
internal static class FunctionLimitsCheck
{
    internal static void Memory(string name, int memoryMbs)
    {
        if (!FunctionsArgs.Memories.Contains(memoryMbs))
            throw new ArgumentException($"{name} is {memoryMbs}; it must be one of {string.Join(", ", FunctionsArgs.Memories)}");
    }

    internal static void Timeout(string name, TimeSpan timeout)
    {
        if (timeout < TimeSpan.FromSeconds(5) || timeout > FunctionLimits.LongestCall || timeout.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentException($"{name} is {timeout.TotalSeconds} s; it must be from 5 to 300 whole seconds");
    }
}
