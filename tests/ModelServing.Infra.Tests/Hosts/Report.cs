namespace ModelServing.Infra.Tests.Hosts;

/// <summary>The line that a test prints with its result.</summary>
internal static class Report
{
    private const string Start = "as rendered: ";

    internal static void Write(RenderedHost pod, string overridden) => Write(pod, "is ready", $"port {pod.Port}, ", overridden);

    internal static void WriteDone(RenderedPod pod, string overridden) => Write(pod, "is done", "", overridden);

    private static void Write(RenderedPod pod, string state, string port, string overridden)
    {
        var user = Namespaces.MaySwitchUser
            ? $"user {pod.User}, groups {string.Join(' ', new[] { pod.Group, pod.FsGroup }.Distinct())}"
            : "the test's own user (it is not root)";
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{Start}{pod.Name} {state}: {pod.Environment.Count} variables and none inherited, {port}{user}, read-only root, "
            + $"{string.Join(" and ", pod.Volumes.Select(volume => volume.Path))} mounted; overridden: {overridden}");
    }
}
