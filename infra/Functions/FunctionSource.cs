using System.Collections.Immutable;
using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using Pulumi;
using Pulumi.Oci.Functions.Inputs;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>What all functions share: the application, and the image.</summary>
/// <param name="Args">The names, and the image.</param>
/// <param name="ApplicationId">The OCID of the application.</param>
/// <param name="Log">The application's log. It comes before the functions, so it contains even the first call.</param>
internal sealed record FunctionSource(FunctionsArgs Args, Output<string> ApplicationId, Resource Log)
{
    /// <summary>Creates a function, in the component <paramref name="parent"/> with the name <paramref name="name"/>.</summary>
    /// <param name="parent">The component.</param>
    /// <param name="name">What the names of the component's resources begin with.</param>
    /// <param name="function">Which of the program's functions it runs.</param>
    /// <param name="memoryMbs">One of <see cref="FunctionsArgs.Memories"/>.</param>
    /// <param name="timeout">How long a call may take.</param>
    /// <param name="provisioned">The number of containers that are kept ready.</param>
    /// <param name="configuration">Its own configuration. By default, only which function it is.</param>
    internal OciFunctions.Function Add(
        Resource parent,
        string name,
        FunctionName function,
        int memoryMbs,
        TimeSpan timeout,
        int provisioned = 0,
        Output<ImmutableDictionary<string, string>>? configuration = null)
    {
        var key = FunctionNames.NameOf(function);
        return new OciFunctions.Function($"{name}-{key}", new OciFunctions.FunctionArgs
        {
            ApplicationId = ApplicationId,
            DisplayName = Args.Names.NameOf(key),
            // Tag and digest change together. With a tag alone, OCI would look up the image once and keep it.
            Image = Output.Format($"{Args.Repository}:{ImageNames.TagOf(Args.ImageDigest)}"),
            ImageDigest = Args.ImageDigest,
            MemoryInMbs = memoryMbs.ToString(CultureInfo.InvariantCulture),
            TimeoutInSeconds = (int)timeout.TotalSeconds,
            Config = configuration ?? Output.Create(FunctionConfiguration.ForFunction(function)),
            ProvisionedConcurrencyConfig = provisioned > 0
                ? new FunctionProvisionedConcurrencyConfigArgs { Strategy = "CONSTANT", Count = provisioned }
                : new FunctionProvisionedConcurrencyConfigArgs { Strategy = "NONE" },
            FreeformTags = Args.Names.Tags("functions"),
        }, new CustomResourceOptions { Parent = parent, DependsOn = { Log } });
    }
}
