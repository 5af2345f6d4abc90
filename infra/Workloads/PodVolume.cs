using System.Globalization;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>A block volume of its own for the pod of a StatefulSet. It outlasts the pod, and the StatefulSet too.</summary>
/// <param name="Name">The name of the volume. Its claim is <c>NAME-POD</c>.</param>
/// <param name="Path">The path in the container.</param>
/// <param name="Gbs">The size in GB.</param>
internal sealed record PodVolume(string Name, string Path, int Gbs)
{
    // OKE defines this class: block volumes by the CSI driver, created where the pod is scheduled, and able to grow.
    private const string StorageClass = "oci-bv";

    internal VolumeMountArgs Mount() => new() { Name = Name, MountPath = Path };

    internal PersistentVolumeClaimArgs Claim(InputMap<string> labels) => new()
    {
        Metadata = new ObjectMetaArgs { Name = Name, Labels = labels },
        Spec = new PersistentVolumeClaimSpecArgs
        {
            // One node at a time, as block volumes are.
            AccessModes = ["ReadWriteOnce"],
            StorageClassName = StorageClass,
            VolumeMode = "Filesystem",
            Resources = new VolumeResourceRequirementsArgs
            {
                Requests = new InputMap<string> { ["storage"] = Gbs.ToString(CultureInfo.InvariantCulture) + "Gi" },
            },
        },
    };
}
