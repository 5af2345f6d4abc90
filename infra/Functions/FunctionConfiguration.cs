using System.Collections.Immutable;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>What functions are told, as OCI gives it to them: the configuration of the application, and of the function over it, become
/// environment variables of its container.</summary>
internal static class FunctionConfiguration
{
    // A function listens where the platform tells it (FN_LISTENER), and is frozen rather than drained.
    private static readonly HashSet<string> OfServers =
    [
        HostSettings.UrlsVariable,
        HostEnvironment.NameOf(nameof(HostSettings.DrainDelay)),
        HostEnvironment.NameOf(nameof(HostSettings.DrainTimeout)),
    ];

    /// <summary>What an application tells each of its functions.</summary>
    /// <exception cref="ArgumentException">It is more than OCI takes.</exception>
    internal static ImmutableDictionary<string, string> OfApplication(FunctionsHostSettings settings)
    {
        var configuration = settings.ToEnvironment().Where(static pair => !OfServers.Contains(pair.Key)).ToImmutableDictionary();
        var longest = Enum.GetValues<FunctionName>().Max(function => Size(configuration) + Size(OfFunction(function)));
        return longest <= FunctionsArgs.MaxConfigurationBytes
            ? configuration
            : throw new ArgumentException($"the functions' configuration has {longest} bytes; OCI takes {FunctionsArgs.MaxConfigurationBytes} at most");
    }

    /// <summary>What a function is told beside that: which one it is.</summary>
    internal static ImmutableDictionary<string, string> OfFunction(FunctionName function) =>
        ImmutableDictionary<string, string>.Empty.Add(HostEnvironment.NameOf(nameof(FunctionsHostSettings.Function)), function.ToString());

    /// <summary>The bytes of a configuration, keys and values together.</summary>
    internal static int Size(IReadOnlyDictionary<string, string> configuration) =>
        configuration.Sum(static pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
}
