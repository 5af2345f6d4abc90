using System.CommandLine;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using Spectre.Console;

namespace ModelServing.Cli.Images;

/// <summary><c>ms images</c>: the images of the programs that run in the cloud.</summary>
internal static class ImagesCommand
{
    internal static Command Create() => new("images", "Push the images of the programs that run in the cloud, and promote them.")
    {
        CreatePush(), CreatePromote(),
    };

    private static Command CreatePush()
    {
        var registry = new Option<string?>("--registry")
        {
            Description = "The destination, HOST/NAMESPACE. Default: the registry of the stack's region, with the namespace of the " +
                "login (NAMESPACE/USER).",
        };
        var baseImage = new Option<string?>("--base-image")
        {
            Description = "Another base image, HOST/REPOSITORY:TAG. It must have ASP.NET Core 10 and the C++ library. The default is " +
                "in services/Image.targets.",
        };
        var json = new Option<bool>("--json") { Description = "Print the images as JSON." };
        var stack = new StackOptions();
        var command = new Command("push", """
            Build the images, push them, and write their digests into the stack file.

            This runs the .NET SDK's container publishing in the checkout in which ms was built;
            Docker is not needed. The architecture is that of cluster.nodes.shape. Each image goes to
            HOST/NAMESPACE/modelserving-STACK/PROGRAM, a repository that `pulumi up` has created. Its
            tag is a digest of its content, so an unchanged image is not pushed again and keeps its
            digest. The stack file is changed only when the registry has every image, and only in the
            digests.

            The login is looked for where the SDK looks: DOTNET_CONTAINER_PUSH_REGISTRY_UNAME and
            _PWORD, then DOTNET_CONTAINER_REGISTRY_UNAME and _PWORD (formerly
            SDK_CONTAINER_REGISTRY_UNAME and _PWORD), then the files of `docker login` and
            `podman login`: $REGISTRY_AUTH_FILE, containers/auth.json, $DOCKER_CONFIG/config.json,
            ~/.docker/config.json, with their credential helpers. A registry without TLS must be
            localhost or be listed in DOTNET_CONTAINER_INSECURE_REGISTRIES.
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
                : ImageDestination.From(
                    cloud.Region,
                    await logins.FindForPushAsync(ImageNames.HostOf(cloud.Region), signals.Stop),
                    location.Name);
            var basis = arguments.GetValue(baseImage) is { } image ? ImageReference.Parse(image).ToString() : null;
            var build = new ImageBuild(HostPrograms.Dotnet(), sources.WorkFolder, RuntimeOf(cloud));
            var push = new ImagePush(terminal, build, destination, logins);
            var revision = await sources.RevisionAsync(signals.Stop);
            return await PushAsync(terminal, location, push, [.. ImageNames.All.Select(sources.ProjectOf)], basis, revision, signals.Stop);
        }));
        return command;
    }

    private static Command CreatePromote()
    {
        var from = new Option<string>("--from")
        {
            Description = "The stack whose images are promoted.",
            Required = true,
            HelpName = "STACK",
        };
        var to = new Option<string>("--to") { Description = "The stack that gets them.", Required = true, HelpName = "STACK" };
        var folder = new Option<string>("--cwd", "-C")
        {
            Description = "The folder of the stack files.",
            DefaultValueFactory = static _ => ".",
        };
        var registry = new Option<string?>("--registry")
        {
            Description = "The registry of both stacks, HOST/NAMESPACE. Default: those of their regions, with the namespace of the login.",
        };
        var json = new Option<bool>("--json") { Description = "Print the images as JSON." };
        var command = new Command("promote", """
            Copy the images of one stack to another by digest, and write their digests into its
            stack file.

            The second stack then runs the bytes that the first one ran: nothing is built. An image
            is copied into the second stack's own repositories, so each stack keeps its own rights.
            In one registry no bytes are moved, if the registry can do that. The nodes of both stacks
            must have the same architecture. The stack file is changed only when the registry has
            every image, and only in the digests. The login is looked for as by `ms images push`; it
            must be allowed to read the first stack's repositories and to manage the second's.
            """)
        {
            from, to, folder, registry, json,
        };
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var path = Path.GetFullPath(arguments.GetValue(folder)!);
            var (source, target) = (
                new StackLocation(arguments.GetValue(from)!, path), new StackLocation(arguments.GetValue(to)!, path));
            return await PromoteAsync(
                terminal, source, target, arguments.GetValue(registry), ContainerRegistryLogins.OfThisUser, signals.Stop);
        }));
        return command;
    }

    /// <summary>Copies the images that one stack file names into the repositories of another stack, and writes their digests into its
    /// file.</summary>
    internal static async Task<int> PromoteAsync(
        Terminal terminal,
        StackLocation source,
        StackLocation target,
        string? registry,
        ContainerRegistryLogins logins,
        CancellationToken cancellation)
    {
        if (source.Name == target.Name)
            throw new CommandException(ExitCode.WrongInput, $"--from and --to are both {source.Name}");
        var (first, second) = (source.ReadCloud().Cloud!, target.ReadCloud().Cloud!);
        if (first.Images.AreEmpty)
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"{source.FileName} names no images; make them with: {OwnCommand.Name} images push --stack {source.Name}");
        }

        if (RuntimeOf(first) != RuntimeOf(second))
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"the images of {source.Name} are for {RuntimeOf(first)}, and the nodes of {target.Name} are {RuntimeOf(second)} "
                + "(cluster.nodes.shape)");
        }

        var promotion = new ImagePromotion(
            terminal, await DestinationAsync(source, first), await DestinationAsync(target, second), logins);
        return Write(terminal, target, await promotion.PromoteAsync(first.Images, cancellation));

        async Task<ImageDestination> DestinationAsync(StackLocation stack, CloudSettings cloud) => registry is not null
            ? ImageDestination.Parse(registry, stack.Name)
            : ImageDestination.From(
                cloud.Region, await logins.FindForPushAsync(ImageNames.HostOf(cloud.Region), cancellation), stack.Name);
    }

    /// <summary>The runtime identifier of a stack's nodes.</summary>
    internal static string RuntimeOf(CloudSettings cloud) => cloud.Cluster.Nodes.AreArm ? "linux-arm64" : "linux-x64";

    /// <summary>Pushes the images of <paramref name="projects"/>. When the registry has all of them, writes their digests.</summary>
    internal static async Task<int> PushAsync(
        Terminal terminal,
        StackLocation stack,
        ImagePush push,
        IReadOnlyList<ImageProject> projects,
        string? baseImage,
        string? revision,
        CancellationToken cancellation) =>
        Write(terminal, stack, await push.PushAsync(projects, baseImage, revision, cancellation));

    private static int Write(Terminal terminal, StackLocation stack, IReadOnlyList<PushedImage> images)
    {
        var rows = ImageDigests.Write(stack, images);
        terminal.Result(rows, ImageDigests.Table);
        foreach (var fault in stack.ReadCloud().Check())
            terminal.Warn($"before pulumi up: {fault.ToLine(stack.FileName)}");
        return ExitCode.Done;
    }
}
