using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Yaml;
using Spectre.Console;

namespace ModelServing.Cli.Images;

/// <summary>Writes the digests of pushed images into a stack file.</summary>
internal static class ImageDigests
{
    /// <summary>Writes all digests, or none.</summary>
    /// <exception cref="CommandException">They can't be written; the lines say what to add by hand.</exception>
    internal static IReadOnlyList<ImageRow> Write(StackLocation stack, IReadOnlyList<PushedImage> images)
    {
        try
        {
            // Reads the file again, because it may have been edited during the build.
            var before = stack.ReadCloud().Cloud!.Images;
            if (images.Any(image => before.DigestOf(image.Image) != image.Digest))
            {
                stack.Change([.. images.Select(static image =>
                    new StackEdit.Set($"images.{ImageNames.SettingOf(image.Image)}", image.Digest))]);
            }

            return [.. images.Select(image => new ImageRow(
                image.Image,
                image.Repository,
                image.Tag,
                image.Digest,
                before.DigestOf(image.Image),
                !image.WasThere))];
        }
        catch (CommandException e)
        {
            throw new CommandException(e.ExitCode,
            [
                .. e.Lines,
                $"the images are pushed, but {stack.FileName} is unchanged. Add this to it, under config:",
                $"  {StackFile.Namespace}images:",
                .. images.Select(static image => $"    {ImageNames.SettingOf(image.Image)}: {image.Digest}"),
            ]);
        }
    }

    internal static Table Table(IReadOnlyList<ImageRow> rows)
    {
        var table = new Table().AddColumns("image", "digest", "before", "");
        foreach (var row in rows)
            table.AddRow(
                row.Image,
                row.Digest,
                row.Before == row.Digest ? "unchanged" : row.Before?[..19] ?? "none",
                row.Pushed ? "pushed" : "already there");
        return table;
    }
}
