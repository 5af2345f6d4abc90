using System.Diagnostics;
using ModelServing.TestKit;

namespace ModelServing.Bench.Routing;

/// <summary>An nginx with its own configuration and folder.</summary>
internal static class Nginx
{
    internal static async Task<ServerProcess> StartAsync(
        string name,
        InstalledProgram nginx,
        TemporaryFolder folder,
        int workers,
        string http,
        int port,
        CancellationToken cancellation)
    {
        var root = Directory.CreateDirectory(folder.Combine(name)).FullName;
        var configuration = Path.Combine(root, "nginx.conf");
        string[] kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        var temporary = string.Concat(kinds.Select(kind => $"  {kind}_temp_path {root}/{kind};\n"));
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            daemon off;
            worker_processes {{workers}};
            pid {{root}}/pid;
            error_log stderr error;
            events { worker_connections 1024; }
            http {
            {{temporary}}
              access_log off;
              keepalive_requests 1000000000;
              {{http}}
            }
            """,
            cancellation);
        return await ServerProcess.StartAsync(name, Start(), port, _ => StopAsync(), cancellation);

        ProcessStartInfo Start(params string[] more)
        {
            var start = new ProcessStartInfo(nginx.FullPath!);
            // -e is for errors before nginx has read its configuration.
            foreach (var argument in (string[])["-p", root, "-c", configuration, "-e", "stderr", .. more])
                start.ArgumentList.Add(argument);
            return start;
        }

        // A signal to the master process also ends its workers. Killing the master would leave them running.
        async Task StopAsync()
        {
            var start = Start("-s", "stop");
            start.RedirectStandardError = true;
            using var stopping = Process.Start(start);
            await stopping!.StandardError.ReadToEndAsync(CancellationToken.None);
            await stopping.WaitForExitAsync(CancellationToken.None);
        }
    }
}
