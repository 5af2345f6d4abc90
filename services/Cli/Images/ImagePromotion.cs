using System.Security.Cryptography;
using ModelServing.Contracts;
using ModelServing.Settings.Cloud;

namespace ModelServing.Cli.Images;

/// <summary>
/// Copies images from the repositories of one stack to those of another, by digest, so that the second runs the bytes that the first ran:
/// <code>
/// 1. check that both registries are reachable and accept the login
/// 2. read the image's manifest by the digest of the first stack's file
/// 3. give the second repository each part that it lacks: mount it if both are in one registry, otherwise copy it
/// 4. store the manifest under the tag that is made of its digest
/// 5. check that the registry returns the manifest by the digest
/// </code>
/// </summary>
internal sealed class ImagePromotion(Terminal terminal, ImageDestination from, ImageDestination to, ContainerRegistryLogins logins)
{
    // An index of indexes exists in the specification, and nowhere else.
    private const int DeepestIndex = 2;

    // A disk must hold it. The largest layer of ours has less than 1 GiB.
    private const long LargestPart = 10L * 1024 * 1024 * 1024;

    /// <summary>Copies the images that a stack file names.</summary>
    /// <returns>The images, all of which the second stack's registry has.</returns>
    /// <exception cref="CommandException">A step failed.</exception>
    internal async Task<IReadOnlyList<PushedImage>> PromoteAsync(ImageSettings images, CancellationToken cancellation)
    {
        // 1.
        using var source = await ConnectAsync(from, cancellation);
        using var target = await ConnectAsync(to, cancellation);

        var promoted = new List<PushedImage>();
        foreach (var image in ImageNames.All)
        {
            if (images.DigestOf(image) is not { } digest)
                continue;
            var (origin, repository, tag) = (from.RepositoryOf(image), to.RepositoryOf(image), ImageNames.TagOf(digest));

            // 2.
            var manifest = await source.ReadAsync(origin, digest, cancellation)
                ?? throw new CommandException(
                    ExitCode.Failed,
                    $"the registry {from.Host} has no {digest} in {origin}; 'ms images push --stack {from.Stack}' pushes it");
            if (manifest.Digest != digest)
                throw new CommandException(ExitCode.Failed, $"the registry {from.Host} returns another image for {origin}@{digest}");

            var existing = await target.FindAsync(repository, tag, cancellation);
            if (existing is not null && existing != digest)
            {
                throw new CommandException(
                    ExitCode.Failed, $"in the registry {to.Host}, {repository}:{tag} is another image than {digest}");
            }

            if (existing is null)
            {
                terminal.Say($"copying {image} to {to.Host}/{repository}");
                await CopyPartsAsync((source, origin), (target, repository), manifest, DeepestIndex, cancellation); // 3.
                await target.WriteAsync(repository, tag, manifest, cancellation); // 4.
            }

            // 5.
            if (await target.FindAsync(repository, digest, cancellation) != digest)
                throw new CommandException(
                    ExitCode.Failed, $"the registry {to.Host} does not have {digest} in {repository}, although the copy succeeded");
            promoted.Add(new PushedImage(image, $"{to.Host}/{repository}", tag, digest, existing is not null));
        }

        return promoted;
    }

    private async Task<ContainerRegistryClient> ConnectAsync(ImageDestination destination, CancellationToken cancellation)
    {
        var login = await logins.FindForPushAsync(destination.Host, cancellation);
        var client = new ContainerRegistryClient(destination.Host, login, logins.IsInsecure(destination.Host));
        try
        {
            await client.CheckAsync(cancellation);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async Task CopyPartsAsync(
        (ContainerRegistryClient Registry, string Repository) source,
        (ContainerRegistryClient Registry, string Repository) target,
        ImageManifest manifest,
        int depth,
        CancellationToken cancellation)
    {
        var (isIndex, digests) = manifest.Parts();
        if (isIndex && depth == 0)
            throw new CommandException(ExitCode.Failed, $"the image {manifest.Digest} is an index of indexes of indexes");
        foreach (var digest in digests)
        {
            if (!isIndex)
            {
                await CopyPartAsync(source, target, digest, cancellation);
                continue;
            }

            var child = await source.Registry.ReadAsync(source.Repository, digest, cancellation);
            if (child?.Digest != digest)
                throw new CommandException(ExitCode.Failed, $"the registry {from.Host} has no {digest} in {source.Repository}");
            await CopyPartsAsync(source, target, child, depth - 1, cancellation);
            await target.Registry.WriteAsync(target.Repository, digest, child, cancellation);
        }
    }

    private async Task CopyPartAsync(
        (ContainerRegistryClient Registry, string Repository) source,
        (ContainerRegistryClient Registry, string Repository) target,
        string digest,
        CancellationToken cancellation)
    {
        if (await target.Registry.HasAsync(target.Repository, digest, cancellation))
            return;
        if (from.Host == to.Host && await target.Registry.MountAsync(target.Repository, digest, source.Repository, cancellation))
            return;
        // By way of a file: a request may be sent twice, and the digest is known before anything is sent.
        var file = Path.GetTempFileName();
        try
        {
            await DownloadAsync(source, digest, file, cancellation);
            await target.Registry.UploadAsync(target.Repository, digest, file, cancellation);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task DownloadAsync(
        (ContainerRegistryClient Registry, string Repository) source, string digest, string file, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(ContainerRegistryConnection.TransferLimit);
        try
        {
            using var answer = await source.Registry.OpenAsync(source.Repository, digest, timeout.Token);
            await using var content = await answer.Content.ReadAsStreamAsync(timeout.Token);
            await using var stored = File.OpenWrite(file);
            var buffer = new byte[128 * 1024];
            for (var size = 0L; await content.ReadAsync(buffer, timeout.Token) is > 0 and var read; size += read)
            {
                if (size + read > LargestPart)
                    throw new CommandException(ExitCode.Failed, $"the part {digest} in {source.Repository} has more than 10 GiB");
                hash.AppendData(buffer, 0, read);
                await stored.WriteAsync(buffer.AsMemory(0, read), timeout.Token);
            }
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException or IOException)
        {
            throw new CommandException(ExitCode.Failed, $"the part {digest} in {source.Repository} can't be copied: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"the registry {from.Host} did not send {digest} within "
                + $"{ContainerRegistryConnection.TransferLimit.TotalMinutes:0} minutes");
        }

        if ("sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset()) != digest)
            throw new CommandException(ExitCode.Failed, $"the registry {from.Host} sent other bytes than {digest} in {source.Repository}");
    }
}
