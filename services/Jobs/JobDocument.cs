using System.Text;
using ModelServing.Contracts.Predictions;
using ModelServing.Jobs.Export;

namespace ModelServing.Jobs;

/// <summary>What a job about a log needs to know: a document, from a file or a variable, and a time.</summary>
internal static class JobDocument
{
    private static readonly TimeSpan Default = TimeSpan.FromDays(30);

    /// <exception cref="JobException">There is neither a file nor a variable.</exception>
    internal static async Task<byte[]> ReadAsync(string? file, string variable, CancellationToken cancellation)
    {
        if (file is not null)
            return await File.ReadAllBytesAsync(file, cancellation);
        return Environment.GetEnvironmentVariable(variable) is { } text
            ? Encoding.UTF8.GetBytes(text)
            : throw new JobException(JobExit.WrongInput, $"no file is named, and {variable} is not set");
    }

    /// <summary>The time of the command line; by default the last 30 days.</summary>
    /// <exception cref="JobException">It is wrong.</exception>
    internal static (DateTimeOffset Since, DateTimeOffset Until) RangeOf(string? since, string? until, TimeProvider time)
    {
        var end = until ?? IsoTime.Write(time.GetUtcNow());
        return ExportCommand.RangeOf(since ?? IsoTime.Write(time.GetUtcNow() - Default), end, null, time);
    }
}
