using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

// Makes names of libraries in an assembly into names that no file has (in its heap of strings: length, UTF-16, 0).
//
// TorchSharp loads torch_cpu and torch_cuda by name before its own native half, and so from the application's folder. The native half needs
// them anyway: the loader then takes those that are in the process, from wherever RLAIF_LIBTORCH said, and else those beside it. Two LibTorch in
// one process abort.
public class ForgetLibraryNames : Task
{
    [Required] public string Source { get; set; }
    [Required] public string Destination { get; set; }
    [Required] public string[] Names { get; set; }

    public override bool Execute()
    {
        byte[] d = File.ReadAllBytes(Source);
        foreach (string name in Names)
        {
            byte[] text = Encoding.Unicode.GetBytes(name);
            byte[] entry = new byte[text.Length + 2];
            entry[0] = (byte)(text.Length + 1);
            Array.Copy(text, 0, entry, 1, text.Length);
            int at = Find(d, entry, 0);
            if (at < 0 || Find(d, entry, at + 1) >= 0)
            {
                Log.LogError("The string " + name + " was not found once in " + Source + ": it is another version than this patch knows.");
                return false;
            }

            Encoding.Unicode.GetBytes(new string('-', name.Length)).CopyTo(d, at + 1);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        string tmp = Destination + "." + Guid.NewGuid().ToString("N");
        File.WriteAllBytes(tmp, d);
        if (File.Exists(Destination)) File.Delete(Destination);
        File.Move(tmp, Destination);
        return true;
    }

    private static int Find(byte[] d, byte[] what, int from)
    {
        for (int i = from; i <= d.Length - what.Length; i++)
        {
            int k = 0;
            while (k < what.Length && d[i + k] == what[k]) k++;
            if (k == what.Length) return i;
        }
        return -1;
    }
}
