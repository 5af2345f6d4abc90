using System.Globalization;
using ModelServing.Contracts.Functions;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The rules of traffic splitting in a function, and what that mode does not support.</summary>
internal static class SplittingRules
{
    internal static IEnumerable<SettingsFault> Check(StackSettings settings, CloudSettings cloud)
    {
        if (settings.Splitting == SplittingMode.Function)
        {
            if (cloud.Functions.Splitter is null)
            {
                yield return Fault(
                    "functions.splitter",
                    "missing: splitting is function, which needs the function TrafficSplitter. Set it, with keySecret, and better in an "
                    + "earlier update than splitting");
            }

            if (settings.MaxRequestBytes > FunctionLimits.MaxBodyBytes)
            {
                yield return Fault(
                    "maxRequestBytes",
                    $"{settings.MaxRequestBytes} is more than {FunctionLimits.MaxBodyBytes} (6 MB), the largest body that a function gets, "
                    + $"and splitting is function. Set it to {FunctionLimits.MaxBodyBytes} or less, or splitting to router");
            }

            foreach (var (name, model) in settings.Models)
            {
                if (model.Deadline <= FunctionLimits.LongestDeadline)
                    continue;
                yield return Fault(
                    $"models.{name}.deadline",
                    $"{Seconds(model.Deadline)} is more than {Seconds(FunctionLimits.LongestDeadline)}, and splitting is function: OCI "
                    + $"ends a call of a function after {Seconds(FunctionLimits.LongestCall)}, and TrafficSplitter needs the rest to find "
                    + "a router and to count. Set a shorter deadline, or splitting to router");
            }
        }

        if (cloud.Functions.Splitter is { } splitter)
        {
            foreach (var fault in FunctionSizeRules.Check("functions.splitter.", splitter.MemoryInMbs, splitter.ProvisionedConcurrency))
                yield return fault;
        }
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
