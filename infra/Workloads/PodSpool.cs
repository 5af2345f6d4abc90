using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>The prediction log's spool in a pod: a volume on the node's disk, and the key of its hashes.</summary>
/// <param name="Bytes">The most bytes of the spool.</param>
/// <param name="HasKey">Whether there is a Secret with a key.</param>
internal sealed record PodSpool(long Bytes, bool HasKey)
{
    /// <summary>The name of the volume in the pod.</summary>
    internal const string VolumeName = "spool";

    private const long Mebibyte = 1024 * 1024;

    // What is set aside takes up to 256 MiB. Kubernetes evicts a pod whose volume outgrows its limit, and the records with it, so there is
    // room to spare.
    private long VolumeMebibytes => Whole(Bytes + Bytes / 4) + 512;

    /// <summary>The disk that the scheduler must find for the pod.</summary>
    internal static string RequestOf(PodSpool? spool) => Text(256 + (spool is null ? 0 : Whole(spool.Bytes)));

    /// <summary>The disk that the pod may use at most: a container's writable files, logs and both volumes count.</summary>
    internal static string LimitOf(PodSpool? spool) => spool is null ? "2Gi" : Text(2048 + spool.VolumeMebibytes);

    internal VolumeArgs Volume() =>
        new() { Name = VolumeName, EmptyDir = new EmptyDirVolumeSourceArgs { SizeLimit = Text(VolumeMebibytes) } };

    internal static VolumeMountArgs Mount() => new() { Name = VolumeName, MountPath = MountPaths.Spool };

    internal static EnvVarArgs Key() => new()
    {
        Name = PredictionLogSettings.HashKeyVariable,
        ValueFrom = new EnvVarSourceArgs
        {
            SecretKeyRef = new SecretKeySelectorArgs { Name = ClusterNames.HashKey, Key = ClusterNames.HashKeyKey },
        },
    };

    /// <summary>The spool of a host with these settings; null if it logs nothing.</summary>
    internal static PodSpool? For(PredictionLogSettings? log, WorkloadsArgs args) =>
        log is null ? null : new PodSpool(log.SpoolBytes, args.HashKey is not null);

    private static long Whole(long bytes) => (bytes + Mebibyte - 1) / Mebibyte;

    private static string Text(long mebibytes) => mebibytes.ToString(CultureInfo.InvariantCulture) + "Mi";
}
