using ModelServing.Registry;
using ModelServing.Sample;

namespace ModelServing.Cli.Up;

/// <summary>What to type when a stack file names versions that are not published.</summary>
internal static class PublishHint
{
    internal static IEnumerable<string> For(StackLocation stack, bool demo, IReadOnlyList<PublishedVersion> missing)
    {
        if (demo)
        {
            yield return $"--demo has a registry of its own, with the versions {string.Join(" and ", SampleArtifacts.Versions)} of {SampleArtifacts.ModelName}; leave --demo out to run what is published";
            yield break;
        }

        if (missing.Any(IsSample))
            yield return "To see the platform run with the sample: ./dev up --demo";
        yield return "To publish " + (missing.Count == 1 ? "it:" : "them:");
        foreach (var version in missing)
        {
            var files = IsSample(version)
                ? $"{Shown(SampleArtifacts.ModelPath(version.Version.Number))} --training {Shown(SampleArtifacts.TrainingPath(version.Version.Number))}"
                : "MODEL.onnx";
            yield return $"  ./dev ms publish {version.Model} {files} --version {version.Version}{Options(stack)}";
        }
    }

    private static bool IsSample(PublishedVersion version) => version.Model.Text == SampleArtifacts.ModelName && SampleArtifacts.Versions.Contains(version.Version.Number);

    private static string Options(StackLocation stack) =>
        (stack.Name == StackOptions.DefaultStack ? "" : $" --stack {stack.Name} --local") +
        (Path.GetFullPath(".") == stack.Folder ? "" : $" --cwd {Shown(stack.Folder)}");

    // Shorter where it can be, and the same for everybody in the same place.
    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Path.GetFullPath("."), path);
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
        return shown.Contains(' ', StringComparison.Ordinal) ? $"'{shown}'" : shown;
    }
}
