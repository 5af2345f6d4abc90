using System.Collections.Immutable;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>The functions' settings in the form of OCI. The configuration of the application and that of the function, which takes
/// precedence, become environment variables of the function's container.</summary>
internal static class FunctionConfiguration
{
    // The platform says where a function listens (FN_LISTENER), and it freezes a function instead of draining it.
    private static readonly HashSet<string> ServerVariables =
    [
        HostSettings.UrlsVariable,
        HostEnvironment.NameOf(nameof(HostSettings.DrainDelay)),
        HostEnvironment.NameOf(nameof(HostSettings.DrainTimeout)),
    ];

    /// <summary>The configuration that all functions share.</summary>
    /// <exception cref="ArgumentException">It is longer than OCI accepts.</exception>
    internal static ImmutableDictionary<string, string> ForApplication(FunctionsHostSettings settings)
    {
        var configuration = settings.ToEnvironment().Where(static pair => !ServerVariables.Contains(pair.Key)).ToImmutableDictionary();
        var longest = Enum.GetValues<FunctionName>().Max(function => Size(configuration) + Size(ForFunction(function)));
        Check(longest);
        return configuration;
    }

    /// <summary>The configuration of TrafficSplitter: which function it is, where the routers are, and the key that they expect.</summary>
    /// <exception cref="ArgumentException">With that of the application, it is longer than OCI accepts.</exception>
    internal static ImmutableDictionary<string, string> ForSplitter(FunctionsHostSettings shared, string routers, string key)
    {
        var own = ForFunction(FunctionName.TrafficSplitter)
            .Add(HostEnvironment.NameOf(nameof(FunctionsHostSettings.Routers)), routers)
            .Add(HostEnvironment.NameOf(nameof(FunctionsHostSettings.SplitKey)), key);
        Check(Size(ForApplication(shared)) + Size(own));
        return own;
    }

    /// <summary>The configuration of one function: which function it is.</summary>
    internal static ImmutableDictionary<string, string> ForFunction(FunctionName function) =>
        ImmutableDictionary<string, string>.Empty.Add(HostEnvironment.NameOf(nameof(FunctionsHostSettings.Function)), function.ToString());

    private static void Check(int bytes)
    {
        if (bytes > FunctionsArgs.MaxConfigurationBytes)
        {
            throw new ArgumentException(
                $"the functions' configuration has {bytes} bytes; OCI accepts at most {FunctionsArgs.MaxConfigurationBytes}");
        }
    }

    /// <summary>The size of a configuration in bytes, keys and values together.</summary>
    internal static int Size(IReadOnlyDictionary<string, string> configuration) =>
        configuration.Sum(static pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
}
