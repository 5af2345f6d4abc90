using System.Diagnostics;

namespace ModelServing.Cli.Images;

/// <summary>The sources that images are built from.</summary>
internal sealed record SourceCheckout(string Folder)
{
    /// <summary>Finds the checkout that this program was built in.</summary>
    /// <exception cref="CommandException">It was not built in one.</exception>
    internal static SourceCheckout Find() => Find(AppContext.BaseDirectory);

    /// <summary>Finds the checkout that <paramref name="program"/>, a folder, is in.</summary>
    /// <exception cref="CommandException">It is in none.</exception>
    internal static SourceCheckout Find(string program)
    {
        for (var folder = new DirectoryInfo(program); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "services", "Image.targets")))
                return new SourceCheckout(folder.FullName);
        }

        throw new CommandException(ExitCode.WrongInput, $"images are built from the sources, and {program} is not inside of a checkout of them: clone the repository and run ./dev ms images push there");
    }

    /// <summary>The folder that what is built goes to; git ignores it.</summary>
    internal string WorkFolder => Path.Combine(Folder, "artifacts", "images");

    /// <summary>The program of an image: its project is called as the image, with a capital.</summary>
    internal ImageProject ProjectOf(string image)
    {
        var project = char.ToUpperInvariant(image[0]) + image[1..];
        return new ImageProject(image, Path.Combine(Folder, "services", project, $"{project}.csproj"));
    }

    /// <summary>The commit, with <c>-dirty</c> when the sources differ from it; null where git can't say.</summary>
    internal async Task<string?> RevisionAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]) { WorkingDirectory = Folder };
        return await Tool.RunAsync(start, "", cancellation) is { Code: 0, Output: [var revision, ..] } ? revision : null;
    }
}
