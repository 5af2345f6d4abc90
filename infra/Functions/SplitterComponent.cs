using ModelServing.Contracts.Functions;
using Pulumi;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>
/// The function TrafficSplitter, in the application of the other functions. It is a component of its own because it needs the address of
/// the routers, which come after the other functions. It has no rights in OCI: it reaches the cache and the routers, each with a credential
/// in its configuration.
/// </summary>
public sealed class SplitterComponent : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public SplitterComponent(string name, SplitterArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Splitter", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<SplitterArgs>().CheckedLimits();
        var source = args.Functions.Source;
        var configuration = Output.Tuple(source.Args.Settings.ToOutput(), args.RouterAddress.ToOutput(), args.Key.Text)
            .Apply(parts => FunctionConfiguration.ForSplitter(parts.Item1, $"http://{parts.Item2}:{args.RouterPort}", parts.Item3));
        Function = source.Add(
            this, name, FunctionName.TrafficSplitter, args.MemoryMbs, args.Timeout, args.ProvisionedConcurrency, configuration);
        RegisterOutputs(new Dictionary<string, object?> { ["functionId"] = Function.Id });
    }

    /// <summary>The function that the gateway calls.</summary>
    public OciFunctions.Function Function { get; }
}
