using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>Opens what a setting names: the text <c>file:FOLDER</c>.</summary>
/// <remarks>To add a kind of store: a class that implements <see cref="IObjectStore"/>, and its scheme here.</remarks>
public static class RegistryLocation
{
    private const string FileScheme = "file:";

    /// <summary>The store at <paramref name="location"/>.</summary>
    /// <exception cref="ContractException">The text names no store that this program knows.</exception>
    public static IObjectStore Open(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.StartsWith(FileScheme, StringComparison.Ordinal) || location.Length == FileScheme.Length || location.Contains('\0', StringComparison.Ordinal))
            throw new ContractException($"the registry is '{location}'; it has to be file:FOLDER, as in file:/srv/models");
        return new FolderObjectStore(location[FileScheme.Length..]);
    }
}
