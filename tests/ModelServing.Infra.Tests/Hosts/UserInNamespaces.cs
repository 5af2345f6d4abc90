using ModelServing.Contracts;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The user, the groups and the file systems of each rendered container.</summary>
[Collection(nameof(OneAtATime))]
public class UserInNamespaces : InNamespaces
{
    [Fact(Explicit = true)]
    public async Task User()
    {
        await EnterAsync();
        using var folder = new TemporaryFolder();
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Features));
        var volume = Directory.CreateDirectory(folder.Combine("volume")).FullName;
        RenderedPod[] pods =
        [
            .. RenderedHost.From(run),
            RenderedPod.OfCronJob(run, ClusterNames.Export),
            RenderedPod.OfCronJob(run, ClusterNames.FeatureRebuild),
            RenderedPod.OfCronJob(run, ClusterNames.FeatureExport),
            RenderedPod.OfCronJob(run, ClusterNames.FeatureCompact),
        ];
        foreach (var pod in pods)
        {
            var mounts = pod.Secrets.Keys.Append(ServiceAccountPath).ToDictionary(static path => path, _ => folder.FullPath);
            foreach (var claim in pod.Claims)
                mounts.Add(claim, volume);
            var output = await HostContainer.RunAsync(pod, mounts, """
                echo "user $(id -u) group $(id -g) groups $(id -G)"
                grep -E '^(CapEff|CapPrm|CapBnd|NoNewPrivs):' /proc/self/status | tr -s '\t\n' '  '; echo
                env | sort | tr '\n' ' '; echo
                touch /tmp/written && ls -A /tmp
                cut -d ' ' -f 5,6 /proc/self/mountinfo
                """);
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(
                $"user {pod.User} group {pod.Group} groups {string.Join(' ', new[] { pod.Group, pod.FsGroup }.Distinct())}",
                lines[0]);
            Assert.Equal("CapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1", lines[1].Trim());
            // The shell sets this itself.
            Assert.Equal("PWD=/app", lines[2].Trim());
            Assert.Equal("written", lines[3]);
            // Apart from the kernel's file systems, only the empty folders are writable.
            var mounted = lines[4..].Select(static line => line.Split(' '))
                .Where(static mount => mount[0].Split('/')[1] is not ("dev" or "proc" or "sys"))
                .ToList();
            Assert.Contains("/", mounted.Select(static mount => mount[0]));
            Assert.Equal(
                pod.Volumes.Select(static volume => volume.Path).Concat(pod.Claims),
                mounted.Where(static mount => !mount[1].StartsWith("ro,", StringComparison.Ordinal)).Select(static mount => mount[0]));
        }
    }
}
