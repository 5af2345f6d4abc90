using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>The settings that all our pods share, whether they serve or run a job: only the rights that Pod Security's level
/// <c>restricted</c> allows, and the environment variables of the host.</summary>
internal static class PodRestrictions
{
    internal static PodSecurityContextArgs ForPod() => new()
    {
        RunAsNonRoot = true,
        RunAsUser = ImageNames.User,
        RunAsGroup = ImageNames.User,
        FsGroup = ImageNames.User,
        SeccompProfile = new SeccompProfileArgs { Type = "RuntimeDefault" },
    };

    internal static SecurityContextArgs ForContainer() => new()
    {
        AllowPrivilegeEscalation = false,
        Privileged = false,
        ReadOnlyRootFilesystem = true,
        RunAsNonRoot = true,
        Capabilities = new CapabilitiesArgs { Drop = ["ALL"] },
        SeccompProfile = new SeccompProfileArgs { Type = "RuntimeDefault" },
    };

    internal static InputList<EnvVarArgs> Variables(Output<IReadOnlyDictionary<string, string>> environment) =>
        environment.Apply(static variables =>
            variables.Select(static pair => new EnvVarArgs { Name = pair.Key, Value = pair.Value }).ToList());
}
