using ModelServing.Contracts;

namespace ModelServing.Cli.Images;

/// <summary>
/// Builds and pushes the images of a stack:
/// <code>
/// 1. the registry is there and takes the login
/// 2. every program is published into a folder; a double in one of them ends it
/// 3. base image by digest; the tag is a digest of all that the image is made of
/// 4. what the registry does not have by this tag is pushed
/// 5. the registry gives every manifest back by the digest that the stack file is to name, and by a tag that is made of it
/// </code>
/// </summary>
internal sealed class ImagePush(Terminal terminal, ImageBuild build, ImageDestination destination, ContainerRegistryLogins logins)
{
    /// <summary>Pushes the images of <paramref name="projects"/>.</summary>
    /// <param name="projects">The programs.</param>
    /// <param name="baseImage">Another base image than the projects'; null for theirs.</param>
    /// <param name="revision">What they are built from; null for unknown.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Every image; the registry has each.</returns>
    /// <exception cref="CommandException">One step failed.</exception>
    internal async Task<IReadOnlyList<PushedImage>> PushAsync(IReadOnlyList<ImageProject> projects, string? baseImage, string? revision, CancellationToken cancellation)
    {
        // 1.
        using var registry = new ContainerRegistryClient(destination.Host, await logins.FindForPushAsync(destination.Host, cancellation), logins.IsInsecure(destination.Host));
        await registry.CheckAsync(cancellation);

        // 2.
        var programs = new List<PublishedProgram>();
        foreach (var project in projects)
        {
            terminal.Say($"building {project.Image} for {build.Runtime}");
            programs.Add(await build.PublishAsync(project, baseImage, cancellation));
        }

        CheckDoubles(programs);

        var pushed = new List<PushedImage>();
        foreach (var program in programs)
        {
            // 3.
            var basis = await ResolveAsync(ImageReference.Parse(program.BaseImage), cancellation);
            var tag = program.Tag(basis, build.Runtime);
            var image = program.Project.Image;
            var repository = destination.RepositoryOf(image);

            // 4.
            var there = await registry.FindAsync(repository, tag, cancellation);
            if (there is null)
                terminal.Say($"pushing {destination.Host}/{repository}:{tag}");
            var digest = there ?? await build.PushAsync(program, basis, destination.Host, repository, tag, revision, cancellation);

            // 5.
            if (await registry.FindAsync(repository, digest, cancellation) != digest)
                throw new CommandException(ExitCode.Failed, $"the registry {destination.Host} does not have {digest} in {repository}, although it was pushed");
            await registry.TagAsync(repository, digest, ImageNames.TagOf(digest), cancellation);
            pushed.Add(new PushedImage(image, $"{destination.Host}/{repository}", tag, digest, there is not null));
        }

        return pushed;
    }

    private static void CheckDoubles(List<PublishedProgram> programs)
    {
        string[] lines = [.. programs.Select(static program => (program.Project.Image, Doubles: program.Doubles())).Where(static found => found.Doubles.Count > 0)
            .Select(static found => $"the image {found.Image} would hold {string.Join(", ", found.Doubles)}: a stand-in of tests/Doubles, which is for tests and never runs in the cloud")];
        if (lines.Length > 0)
            throw new CommandException(ExitCode.Failed, [.. lines, "Build where the official packages can be had: delete SdkDoubles.props and run ./dev ms images push again. Nothing was pushed."]);
    }

    // By digest, so that what was looked up is what the image is made on, whatever its tag names by then.
    private async Task<ImageReference> ResolveAsync(ImageReference image, CancellationToken cancellation)
    {
        var login = await logins.FindForPullAsync(image.Host, image.Host == destination.Host, cancellation);
        using var registry = new ContainerRegistryClient(image.Host, login, logins.IsInsecure(image.Host));
        var digest = await registry.FindAsync(image.Repository, image.Reference, cancellation)
            ?? throw new CommandException(ExitCode.Failed, $"the base image {image} does not exist; --base-image names another");
        return image with { Digest = digest };
    }
}
