using ModelServing.Contracts;
using ModelServing.Infra.Functions;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Secrets;
using ModelServing.Infra.Workloads;
using Pulumi;

namespace ModelServing.Stacks.Composition;

/// <summary>The function TrafficSplitter, if the settings have one. It exists whether or not the gateway leads to it, so that the change
/// from one mode of splitting to the other is one of routes only.</summary>
internal static class SplitterSetup
{
    /// <summary>Reads the key between the routers and the function; null without the function.</summary>
    internal static VaultText? Key(StackContext context, FunctionsComponent functions) => context.Splitter is { } splitter
        ? VaultText.Read(splitter.KeySecret, "the key of TrafficSplitter", new InvokeOptions { Parent = functions })
        : null;

    /// <summary>Creates the function, and the gateway's right to call it; null without the function.</summary>
    internal static (SplitterComponent Function, SplitterPolicy Right)? Splitter(
        StackContext context, FunctionsComponent functions, WorkloadsComponent workloads, VaultText? key)
    {
        if (context.Splitter is not { } settings || key is null || workloads.SplitAddress is not { } address)
            return null;
        var splitter = new SplitterComponent("splitter", new SplitterArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            Functions = functions,
            RouterAddress = address,
            RouterPort = HostPorts.LoadBalancerSplit,
            Key = key,
            LongestDeadline = context.LongestDeadline,
            MemoryMbs = settings.MemoryInMbs,
            ProvisionedConcurrency = settings.ProvisionedConcurrency,
        }, context.InRegion());
        return (splitter, IdentitySetup.Splitter(context, splitter));
    }
}
