using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>What every pod of ours has alike, whether it serves or runs and ends: no more rights than Pod Security's level
/// <c>restricted</c>, and the environment that its settings write.</summary>
internal static class PodRestrictions
{
    internal static PodSecurityContextArgs OfPod() => new()
    {
        RunAsNonRoot = true,
        RunAsUser = ImageNames.User,
        RunAsGroup = ImageNames.User,
        FsGroup = ImageNames.User,
        SeccompProfile = new SeccompProfileArgs { Type = "RuntimeDefault" },
    };

    internal static SecurityContextArgs OfContainer() => new()
    {
        AllowPrivilegeEscalation = false,
        Privileged = false,
        ReadOnlyRootFilesystem = true,
        RunAsNonRoot = true,
        Capabilities = new CapabilitiesArgs { Drop = ["ALL"] },
        SeccompProfile = new SeccompProfileArgs { Type = "RuntimeDefault" },
    };

    internal static InputList<EnvVarArgs> Variables(Output<IReadOnlyDictionary<string, string>> environment) =>
        environment.Apply(static variables => variables.Select(static pair => new EnvVarArgs { Name = pair.Key, Value = pair.Value }).ToList());
}
