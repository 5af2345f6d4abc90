using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelServing.Cli.Images;

/// <summary>
/// Builds and pushes images with the .NET SDK's own container publishing. It takes two steps, so the content of an image can be inspected
/// before anything is pushed: <c>dotnet publish</c> into a folder, then the target <c>PublishContainer</c> on that folder.
/// </summary>
/// <param name="dotnet">The dotnet to call.</param>
/// <param name="workFolder">The folder for building. It is not the one of ./dev, whose programs may be running.</param>
/// <param name="runtime">The runtime identifier of the nodes, such as <c>linux-arm64</c>.</param>
internal sealed partial class ImageBuild(string dotnet, string workFolder, string runtime)
{
    private const string Install = "install the .NET 10 SDK (https://dotnet.microsoft.com/download)";

    // Of a failed build; each error is printed once.
    private const int MostErrors = 20;

    private static readonly string[] Properties =
    [
        "ContainerBaseImage",
        "ContainerUser",
        "ContainerWorkingDirectory",
        "ContainerImageFormat",
        "ContainerAppCommandInstruction",
        "TargetFileName",
    ];

    private static readonly string[] Items =
    [
        "ContainerPort",
        "ContainerLabel",
        "ContainerEnvironmentVariable",
        "ContainerEntrypoint",
        "ContainerAppCommand",
        "ContainerAppCommandArgs",
        "ContainerDefaultArgs",
    ];

    /// <summary>The runtime identifier for which images are built.</summary>
    internal string Runtime => runtime;

    /// <summary>Publishes a program into its own folder, which is emptied first.</summary>
    /// <param name="baseImage">A base image instead of the project's; null for the project's.</param>
    /// <param name="cancellation">Cancels the build.</param>
    /// <exception cref="CommandException">The build failed; the lines have its errors.</exception>
    internal async Task<PublishedProgram> PublishAsync(ImageProject project, string? baseImage, CancellationToken cancellation)
    {
        var folder = Path.Combine(workFolder, "published", project.Image, runtime);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        string[] more = baseImage is null ? [] : [$"-p:ContainerBaseImage={baseImage}"];
        using var result = await RunAsync(project, ["-restore", "-t:Publish", .. more], Properties, Items, cancellation);
        var (properties, items) = (result.RootElement.GetProperty("Properties"), result.RootElement.GetProperty("Items"));
        return new PublishedProgram(
            project,
            folder,
            properties.GetProperty("ContainerBaseImage").GetString()!,
            [.. Lines(properties, items)]);
    }

    /// <summary>Makes an image of a published program and pushes it.</summary>
    /// <param name="baseImage">The base image, by digest.</param>
    /// <param name="target">The image to push, with its tag.</param>
    /// <param name="revision">The commit of the sources; null if unknown.</param>
    /// <param name="cancellation">Cancels the build.</param>
    /// <returns>The digest of the pushed image.</returns>
    /// <exception cref="CommandException">The build failed; the lines have its errors.</exception>
    internal async Task<string> PushAsync(
        PublishedProgram program,
        ImageReference baseImage,
        PushTarget target,
        string? revision,
        CancellationToken cancellation)
    {
        string[] arguments =
        [
            "-t:PublishContainer",
            $"-p:ContainerBaseImage={baseImage}",
            $"-p:ContainerRegistry={target.Host}",
            $"-p:ContainerRepository={target.Repository}",
            $"-p:ContainerImageTag={target.Tag}",
            $"-p:ImageRevision={revision}",
        ];
        using var result = await RunAsync(
            program.Project,
            arguments,
            ["GeneratedContainerDigest", "GeneratedContainerMediaType"],
            [],
            cancellation);
        return result.RootElement.GetProperty("Properties").GetProperty("GeneratedContainerDigest").GetString() is { Length: > 0 } digest
            ? digest
            : throw new CommandException(
                ExitCode.Failed,
                $"{program.Project.Path}: the SDK did not make an image; does the project import services/Image.targets?");
    }

    private async Task<JsonDocument> RunAsync(
        ImageProject project,
        string[] arguments,
        string[] properties,
        string[] items,
        CancellationToken cancellation)
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
            // An image starts `dotnet NAME.dll`, so the package with the other architecture's app host is not needed.
            "-p:UseAppHost=false",
            // Equal sources then give equal files, wherever the checkout is.
            "-p:ContinuousIntegrationBuild=true",
            // Analyzers are for developers, and take half of the time.
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
        // The messages are searched below.
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        var exit = await Tool.RunAsync(start, "", cancellation)
            ?? throw new CommandException(ExitCode.Failed, $"{dotnet} can't be started; {Install}");
        if (exit.Code != 0 || !File.Exists(answer))
            throw Failure(project, exit);
        return JsonDocument.Parse(await File.ReadAllBytesAsync(answer, cancellation));
    }

    private static CommandException Failure(ImageProject project, ToolExit exit)
    {
        string[] lines = [.. exit.Output, .. exit.Errors];
        if (lines.Any(IsWithoutSdk))
            return new CommandException(ExitCode.Failed, $"building images needs the .NET SDK, which was not found; {Install}");
        var errors = lines.Select(static line => Error().Match(line)).Where(static match => match.Success)
            .Select(static match => match.Groups[1].Value).Distinct().Take(MostErrors).ToList();
        return new CommandException(
            ExitCode.Failed,
            [$"the image {project.Image} could not be built:", .. errors.Count > 0 ? errors : lines.TakeLast(MostErrors)]);

        static bool IsWithoutSdk(string line) =>
            line.Contains("No .NET SDKs were found", StringComparison.Ordinal)
                || line.Contains("compatible .NET SDK was not found", StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Lines(JsonElement properties, JsonElement items)
    {
        foreach (var name in Properties)
        {
            // Not part of the image's shape: the tag includes the base image by its digest.
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

    // The format of compilers, without the project at the end: `file(1,2): error CODE: text [project]`.
    [GeneratedRegex(@"^\s*(.*\berror(?: [A-Z]+[0-9]*)?\s*:.*?)(?:\s+\[[^\]]+\])?\s*$")]
    private static partial Regex Error();
}
