using Pulumi.Kubernetes.Types.Inputs.Core.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>A Secret or a ConfigMap that a pod mounts as a folder.</summary>
internal sealed record PodFolder
{
    // 0440: the host's group may read it, no one else.
    private const int Mode = 0x120;

    private readonly VolumeArgs volume;
    private readonly string path;

    private PodFolder(VolumeArgs volume, string path)
    {
        this.volume = volume;
        this.path = path;
    }

    /// <summary>A Secret. The volume has its name.</summary>
    internal static PodFolder OfSecret(string name, string path) => new(
        new VolumeArgs { Name = name, Secret = new SecretVolumeSourceArgs { SecretName = name, DefaultMode = Mode } }, path);

    /// <summary>A ConfigMap.</summary>
    /// <param name="volumeName">The name of the volume, which is the same for each ConfigMap that takes the place of another.</param>
    /// <param name="name">The ConfigMap's name.</param>
    /// <param name="path">The path in the container.</param>
    internal static PodFolder OfConfigMap(string volumeName, string name, string path) => new(
        new VolumeArgs { Name = volumeName, ConfigMap = new ConfigMapVolumeSourceArgs { Name = name, DefaultMode = Mode } }, path);

    internal VolumeArgs Volume() => volume;

    internal VolumeMountArgs Mount() => new() { Name = volume.Name!, MountPath = path, ReadOnly = true };
}
