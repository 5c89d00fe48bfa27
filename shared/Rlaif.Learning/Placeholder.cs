namespace Rlaif.Learning;
