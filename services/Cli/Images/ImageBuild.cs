using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelServing.Cli.Images;

/// <summary>
/// Builds and pushes images by the .NET SDK's own container publishing, in two steps, so that what goes into an image is there to be looked
/// at before anything is pushed: <c>dotnet publish</c> into a folder, then its target <c>PublishContainer</c> on that folder.
/// </summary>
/// <param name="dotnet">The dotnet to call.</param>
/// <param name="workFolder">Where it builds: not where ./dev builds, whose programs may be running.</param>
/// <param name="runtime">The runtime identifier of the nodes, as in <c>linux-arm64</c>.</param>
internal sealed partial class ImageBuild(string dotnet, string workFolder, string runtime)
{
    private const string Install = "install the .NET 10 SDK (https://dotnet.microsoft.com/download)";

    // Of a failed build: each error once.
    private const int MostErrors = 20;

    private static readonly string[] Properties = ["ContainerBaseImage", "ContainerUser", "ContainerWorkingDirectory", "ContainerImageFormat", "ContainerAppCommandInstruction", "TargetFileName"];
    private static readonly string[] Items = ["ContainerPort", "ContainerLabel", "ContainerEnvironmentVariable", "ContainerEntrypoint", "ContainerAppCommand", "ContainerAppCommandArgs", "ContainerDefaultArgs"];

    /// <summary>The runtime identifier that images are built for.</summary>
    internal string Runtime => runtime;

    /// <summary>Publishes a program into a folder of its own, which is emptied before.</summary>
    /// <param name="project">The project.</param>
    /// <param name="baseImage">Another base image than the project's; null for that.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CommandException">It failed; the lines say with what.</exception>
    internal async Task<PublishedProgram> PublishAsync(ImageProject project, string? baseImage, CancellationToken cancellation)
    {
        var folder = Path.Combine(workFolder, "published", project.Image, runtime);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        string[] more = baseImage is null ? [] : [$"-p:ContainerBaseImage={baseImage}"];
        using var result = await RunAsync(project, ["-restore", "-t:Publish", .. more], Properties, Items, cancellation);
        var (properties, items) = (result.RootElement.GetProperty("Properties"), result.RootElement.GetProperty("Items"));
        return new PublishedProgram(project, folder, properties.GetProperty("ContainerBaseImage").GetString()!, [.. Lines(properties, items)]);
    }

    /// <summary>Makes an image of a published program and pushes it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="baseImage">The base image, by digest.</param>
    /// <param name="host">The registry.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="revision">What it was built from; null for unknown.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The digest of what the SDK pushed.</returns>
    /// <exception cref="CommandException">It failed; the lines say with what.</exception>
    internal async Task<string> PushAsync(PublishedProgram program, ImageReference baseImage, string host, string repository, string tag, string? revision, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "-t:PublishContainer",
            $"-p:ContainerBaseImage={baseImage}",
            $"-p:ContainerRegistry={host}",
            $"-p:ContainerRepository={repository}",
            $"-p:ContainerImageTag={tag}",
            $"-p:ImageRevision={revision}",
        ];
        using var result = await RunAsync(program.Project, arguments, ["GeneratedContainerDigest", "GeneratedContainerMediaType"], [], cancellation);
        return result.RootElement.GetProperty("Properties").GetProperty("GeneratedContainerDigest").GetString() is { Length: > 0 } digest
            ? digest
            : throw new CommandException(ExitCode.Failed, $"{program.Project.Path}: the SDK made no image; does its project import services/Image.targets?");
    }

    private async Task<JsonDocument> RunAsync(ImageProject project, string[] arguments, string[] properties, string[] items, CancellationToken cancellation)
    {
        Directory.CreateDirectory(workFolder);
        var answer = Path.Combine(workFolder, $"{project.Image}.json");
        File.Delete(answer);
        var start = new ProcessStartInfo(dotnet,
        [
            "msbuild",
            project.Path,
            .. arguments,
            "-p:Configuration=Release",
            $"-p:RuntimeIdentifier={runtime}",
            "-p:SelfContained=false",
            // An image starts `dotnet NAME.dll`: no package of the other architecture's own starter is needed.
            "-p:UseAppHost=false",
            // Equal sources give equal files, wherever the checkout is.
            "-p:ContinuousIntegrationBuild=true",
            // What they say is for who changes the code; half of the time is theirs.
            "-p:RunAnalyzers=false",
            $"-p:ArtifactsPath={workFolder}",
            $"-p:PublishDir={Path.Combine(workFolder, "published", project.Image, runtime)}/",
            $"-getProperty:{string.Join(',', properties)}",
            .. items.Length > 0 ? [$"-getItem:{string.Join(',', items)}"] : (string[])[],
            $"-getResultOutputFile:{answer}",
            "-verbosity:quiet",
            "-nologo",
            "-terminalLogger:off",
            "-nodeReuse:false",
        ])
        {
            WorkingDirectory = Path.GetDirectoryName(project.Path)!,
        };
        // Messages are looked through, below.
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        var exit = await Tool.RunAsync(start, "", cancellation) ?? throw new CommandException(ExitCode.Failed, $"{dotnet} can't be started: {Install}");
        if (exit.Code != 0 || !File.Exists(answer))
            throw Failure(project, exit);
        return JsonDocument.Parse(await File.ReadAllBytesAsync(answer, cancellation));
    }

    private static CommandException Failure(ImageProject project, ToolExit exit)
    {
        string[] said = [.. exit.Output, .. exit.Errors];
        if (said.Any(static line => line.Contains("No .NET SDKs were found", StringComparison.Ordinal) || line.Contains("compatible .NET SDK was not found", StringComparison.OrdinalIgnoreCase)))
            return new CommandException(ExitCode.Failed, $"images are built by the .NET SDK, and there is none: {Install}");
        var errors = said.Select(static line => Error().Match(line)).Where(static match => match.Success).Select(static match => match.Groups[1].Value).Distinct().Take(MostErrors).ToList();
        return new CommandException(ExitCode.Failed, [$"the image {project.Image} could not be made:", .. errors.Count > 0 ? errors : said.TakeLast(MostErrors)]);
    }

    private static IEnumerable<string> Lines(JsonElement properties, JsonElement items)
    {
        foreach (var name in Properties)
        {
            // Where it comes from is no part of what the image is: the tag knows the base by its digest.
            if (name != "ContainerBaseImage")
                yield return $"{name}={properties.GetProperty(name).GetString()}";
        }

        foreach (var name in Items)
        {
            foreach (var item in items.GetProperty(name).EnumerateArray())
                yield return $"{name} {Text(item, "Identity")} {Text(item, "Type")} {Text(item, "Value")}";
        }

        static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    // As compilers write them, without the project at the end: `file(1,2): error CODE: text [project]`.
    [GeneratedRegex(@"^\s*(.*\berror(?: [A-Z]+[0-9]*)?\s*:.*?)(?:\s+\[[^\]]+\])?\s*$")]
    private static partial Regex Error();
}
