using System.CommandLine;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using Spectre.Console;

namespace ModelServing.Cli.Images;

/// <summary><c>ms images</c>: the images of the hosts.</summary>
internal static class ImagesCommand
{
    internal static Command Create() => new("images", "The images of the programs that run in the cloud.") { CreatePush() };

    private static Command CreatePush()
    {
        var registry = new Option<string?>("--registry")
        {
            Description = "Where to push: HOST/NAMESPACE. Without it the registry of the stack's region, and the namespace that the login for it begins with (NAMESPACE/USER).",
        };
        var baseImage = new Option<string?>("--base-image")
        {
            Description = "Another base image, HOST/REPOSITORY:TAG: of ASP.NET Core 10 with the C++ library (services/Image.targets has the usual one).",
        };
        var json = new Option<bool>("--json") { Description = "Print the images as JSON." };
        var stack = new StackOptions();
        var command = new Command("push", """
            Build the images, push them, and write their digests into the stack file.

            Runs the .NET SDK's container publishing in the checkout that ms was built in; Docker is not needed. The architecture is that of
            cluster.nodes.shape. Each image goes to HOST/NAMESPACE/modelserving-STACK/PROGRAM, where `pulumi up` has made the repositories; its
            tag is a digest of what it is made of, so what is unchanged is not pushed again and keeps its digest. The stack file is changed only
            once the registry has every image, and in nothing but the digests.

            The login is found where the SDK finds it: DOTNET_CONTAINER_PUSH_REGISTRY_UNAME and _PWORD, else DOTNET_CONTAINER_REGISTRY_UNAME and
            _PWORD (SDK_CONTAINER_REGISTRY_UNAME and _PWORD formerly), else what `docker login` or `podman login` keeps: $REGISTRY_AUTH_FILE,
            containers/auth.json, $DOCKER_CONFIG/config.json, ~/.docker/config.json, with its credential helpers. A registry without TLS has to be
            localhost or stand in DOTNET_CONTAINER_INSECURE_REGISTRIES.
            """)
        {
            registry, baseImage, json,
        };
        stack.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var sources = SourceCheckout.Find();
            var location = stack.Read(arguments);
            var cloud = location.ReadCloud().Cloud!;
            var logins = ContainerRegistryLogins.OfThisUser;
            var destination = arguments.GetValue(registry) is { } text
                ? ImageDestination.Parse(text, location.Name)
                : ImageDestination.From(cloud.Region, await logins.FindForPushAsync(ImageNames.HostOf(cloud.Region), signals.Stop), location.Name);
            var basis = arguments.GetValue(baseImage) is { } image ? ImageReference.Parse(image).ToString() : null;
            var build = new ImageBuild(HostPrograms.Dotnet(), sources.WorkFolder, RuntimeOf(cloud));
            var push = new ImagePush(terminal, build, destination, logins);
            return await PushAsync(terminal, location, push, [.. ImageNames.All.Select(sources.ProjectOf)], basis, await sources.RevisionAsync(signals.Stop), signals.Stop);
        }));
        return command;
    }

    /// <summary>The runtime identifier of a stack's nodes.</summary>
    internal static string RuntimeOf(CloudSettings cloud) => cloud.Cluster.Nodes.AreArm ? "linux-arm64" : "linux-x64";

    /// <summary>Pushes the images of <paramref name="projects"/> and, once the registry has all of them, writes their digests.</summary>
    internal static async Task<int> PushAsync(
        Terminal terminal, StackLocation stack, ImagePush push, IReadOnlyList<ImageProject> projects, string? baseImage, string? revision, CancellationToken cancellation)
    {
        var rows = ImageDigests.Write(stack, await push.PushAsync(projects, baseImage, revision, cancellation));
        terminal.Result(rows, ImageDigests.Table);
        foreach (var fault in stack.ReadCloud().Check())
            terminal.Warn($"before pulumi up: {fault.ToLine(stack.FileName)}");
        return ExitCode.Done;
    }
}
