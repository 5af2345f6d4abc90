using ModelServing.Contracts;

namespace ModelServing.Cli.Images;

/// <summary>
/// Builds and pushes the images of a stack:
/// <code>
/// 1. check that the registry is reachable and accepts the login
/// 2. publish every program into a folder; stop at the first that contains a double
/// 3. look up the base image's digest, and report a newer one of its tag; make the tag, a digest of everything in the image
/// 4. push the image if the registry has none with this tag
/// 5. check that the registry returns the manifest by the digest for the stack file, and add a tag made of that digest
/// </code>
/// </summary>
internal sealed class ImagePush(Terminal terminal, ImageBuild build, ImageDestination destination, ContainerRegistryLogins logins)
{
    /// <summary>Pushes the images of <paramref name="projects"/>.</summary>
    /// <param name="projects">The programs.</param>
    /// <param name="baseImage">A base image instead of the projects'; null for theirs.</param>
    /// <param name="revision">The commit of the sources; null if unknown.</param>
    /// <param name="cancellation">Cancels the push.</param>
    /// <returns>The images, all of which the registry has.</returns>
    /// <exception cref="CommandException">A step failed.</exception>
    internal async Task<IReadOnlyList<PushedImage>> PushAsync(
        IReadOnlyList<ImageProject> projects,
        string? baseImage,
        string? revision,
        CancellationToken cancellation)
    {
        // 1.
        var login = await logins.FindForPushAsync(destination.Host, cancellation);
        using var registry = new ContainerRegistryClient(destination.Host, login, logins.IsInsecure(destination.Host));
        await registry.CheckAsync(cancellation);

        // 2.
        var programs = new List<PublishedProgram>();
        foreach (var project in projects)
        {
            terminal.Say($"building {project.Image} for {build.Runtime}");
            var program = await build.PublishAsync(project, baseImage, cancellation);
            CheckDoubles(program);
            programs.Add(program);
        }

        var pushed = new List<PushedImage>();
        var resolved = new Dictionary<string, ImageReference>();
        foreach (var program in programs)
        {
            // 3.
            if (!resolved.TryGetValue(program.BaseImage, out var basis))
                resolved[program.BaseImage] = basis = await ResolveAsync(ImageReference.Parse(program.BaseImage), cancellation);
            var image = program.Project.Image;
            var repository = destination.RepositoryOf(image);
            var target = new PushTarget(destination.Host, repository, program.Tag(basis, build.Runtime));

            // 4.
            var existing = await registry.FindAsync(repository, target.Tag, cancellation);
            if (existing is null)
                terminal.Say($"pushing {target}");
            var digest = existing ?? await build.PushAsync(program, basis, target, revision, cancellation);

            // 5.
            if (await registry.FindAsync(repository, digest, cancellation) != digest)
                throw new CommandException(
                    ExitCode.Failed,
                    $"the registry {destination.Host} does not have {digest} in {repository}, although the push succeeded");
            await registry.TagAsync(repository, digest, ImageNames.TagOf(digest), cancellation);
            pushed.Add(new PushedImage(image, $"{destination.Host}/{repository}", target.Tag, digest, existing is not null));
        }

        return pushed;
    }

    private static void CheckDoubles(PublishedProgram program)
    {
        if (program.Doubles() is not { Count: > 0 } doubles)
            return;
        throw new CommandException(
            ExitCode.Failed,
            $"the image {program.Project.Image} would contain {string.Join(", ", doubles)}, a double of tests/Doubles, which is only " +
                $"for tests",
            "Nothing was pushed. On a machine with access to the official packages, delete SdkDoubles.props and run ./dev ms images " +
                "push again.");
    }

    // Fixes the digest, so the image is built on the base that was looked up even if its tag moves in the meantime.
    private async Task<ImageReference> ResolveAsync(ImageReference image, CancellationToken cancellation)
    {
        var login = await logins.FindForPullAsync(image.Host, image.Host == destination.Host, cancellation);
        using var registry = new ContainerRegistryClient(image.Host, login, logins.IsInsecure(image.Host));
        var digest = await registry.FindAsync(image.Repository, image.Reference, cancellation)
            ?? throw new CommandException(ExitCode.Failed, $"the base image {image} does not exist; choose another with --base-image");
        if (image is { Digest: not null, Tag: { } tag }
            && await registry.FindAsync(image.Repository, tag, cancellation) is { } newest && newest != digest)
        {
            terminal.Warn(
                $"the base image {image.Host}/{image.Repository}:{tag} is now {newest}, and services/Image.targets names {digest}; it may "
                + "have security updates");
        }

        return image with { Digest = digest };
    }
}
