using System.Diagnostics;
using ModelServing.Contracts;

namespace ModelServing.Cli.Images;

/// <summary>The checkout from which images are built.</summary>
internal sealed record SourceCheckout(string Folder)
{
    /// <summary>Finds the checkout in which this program was built.</summary>
    /// <exception cref="CommandException">The program was not built in a checkout.</exception>
    internal static SourceCheckout Find() => Find(AppContext.BaseDirectory);

    /// <summary>Finds the checkout that contains the folder <paramref name="program"/>.</summary>
    /// <exception cref="CommandException">The folder is not in a checkout.</exception>
    internal static SourceCheckout Find(string program)
    {
        for (var folder = new DirectoryInfo(program); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "services", "Image.targets")))
                return new SourceCheckout(folder.FullName);
        }

        throw new CommandException(
            ExitCode.WrongInput,
            $"images are built from the sources, but {program} is not in a checkout; clone the repository and run ./dev ms images " +
                $"push there");
    }

    /// <summary>The folder for building; git ignores it.</summary>
    internal string WorkFolder => Path.Combine(Folder, "artifacts", "images");

    /// <summary>The program of an image. Its project has the name of the image's setting with a capital letter.</summary>
    internal ImageProject ProjectOf(string image)
    {
        var setting = ImageNames.SettingOf(image);
        var project = char.ToUpperInvariant(setting[0]) + setting[1..];
        return new ImageProject(image, Path.Combine(Folder, "services", project, $"{project}.csproj"));
    }

    /// <summary>The commit, with <c>-dirty</c> if the sources differ from it; null if git can't tell.</summary>
    internal async Task<string?> RevisionAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(
            "git",
            ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"])
        { WorkingDirectory = Folder };
        return await Tool.RunAsync(start, "", cancellation) is { Code: 0, Output: [var revision, ..] } ? revision : null;
    }
}
